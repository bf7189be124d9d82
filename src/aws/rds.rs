//! RDS reads: instances, clusters, both kinds of snapshot.
