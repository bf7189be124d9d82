"""An STS endpoint over TLS, with a certificate of a CA that nobody else knows.
Writes the CA to argv[1] and its port to standard output; ends with its standard input."""
import datetime, http.server, ipaddress, os, ssl, sys, tempfile, threading
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = datetime.timedelta(days=1)


def certificate(name, key, issuer, signer, *extensions):
    builder = x509.CertificateBuilder(issuer, name, key.public_key(), x509.random_serial_number(), NOW - DAY, NOW + DAY)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(signer, hashes.SHA256())


def name(text):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


class Sts(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = self.rfile.read(int(self.headers["content-length"]))
        known = b"GetCallerIdentity" in asked
        body = IDENTITY if known else b'{"__type":"AccessDeniedException","message":"not here"}'
        self.send_response(200 if known else 400)
        self.send_header("content-type", "text/xml" if known else "application/x-amz-json-1.1")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


IDENTITY = b"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::210987654321:user/alice</Arn><UserId>A</UserId><Account>210987654321</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""

ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
ca = certificate(name("a proxy's CA"), ca_key, name("a proxy's CA"), ca_key,
                 (x509.BasicConstraints(ca=True, path_length=None), True))
leaf = certificate(name("127.0.0.1"), key, ca.subject, ca_key,
                   (x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False))
with open(sys.argv[1], "wb") as file:
    file.write(pem(ca))
chain = tempfile.NamedTemporaryFile(delete=False)
private = serialization.PrivateFormat.PKCS8
chain.write(key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()) + pem(leaf))
chain.close()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(chain.name)
os.unlink(chain.name)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sts)
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
