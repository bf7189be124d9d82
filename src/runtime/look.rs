//! Fresh looks at what a step touches, outside the call budget.

use crate::aws::Aws;
use crate::domain::change::{Change, Field, Target, Value};
use crate::domain::fault::Fault;
use crate::session::look::Look;
use crate::session::machine::Sight;
use crate::session::step::Step;
use std::pin::Pin;

/// The compiler proves a borrowing read `Send` only where it is boxed.
pub fn boxed<'a, T>(
    read: impl Future<Output = T> + Send + 'a,
) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(read)
}

/// A fresh look, outside the call budget.
pub async fn look(aws: &Aws, sight: &Sight) -> Result<Look, Fault> {
    match sight {
        Sight::Target(target) => look_at(aws, target, None).await,
        Sight::Step(Step::Set(change)) => look_at(aws, &change.target, changing(change)).await,
        Sight::Step(Step::Create(backup)) => boxed(aws.look_for(backup)).await,
    }
}

/// The one value of a web ACL that the step changes.
fn changing(change: &Change) -> Option<Field> {
    change
        .fields
        .iter()
        .map(|f| f.field)
        .find(|f| matches!(f, Field::Action | Field::Limit))
}

/// A target's count is kept by its service: it is read with the bounds, for the undo.
async fn look_at(aws: &Aws, target: &Target, changing: Option<Field>) -> Result<Look, Fault> {
    let mut look = boxed(aws.look(target, changing)).await?;
    if let (Target::Scalable(_), Some(reading), Some(running)) =
        (target, &mut look.reading, look.running)
    {
        reading.insert(Field::Desired, Value::Count(u64::from(running.desired)));
    }
    Ok(look)
}
