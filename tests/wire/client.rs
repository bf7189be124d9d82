//! The clients as a whole: who we are, what they say of themselves, what they let out.

use crate::support::{moto::Moto, proxy::Proxy};

#[tokio::test]
async fn the_account_is_the_one_of_the_keys() {
    let account = Moto::shared().account();
    let aws = account.aws().await;
    let seen = aws.identity().await.expect("an identity");
    let truth = account.python("out(client('sts').get_caller_identity())");
    assert_eq!(seen.account.as_str(), truth["Account"]);
    assert_eq!(seen.caller.as_str(), truth["Arn"]);
    assert_eq!(aws.meter().calls(), 1);
}

#[tokio::test]
async fn requests_name_program_version_and_session() {
    let proxy = Proxy::before_moto();
    let mut options = Moto::shared().account().options_at(&proxy.url());
    options.session = Some("spring-sale".into());
    let aws = tidegate::aws::Aws::connect(options).await.expect("clients");
    aws.identity().await.expect("an identity");
    let agent = proxy.calls()[0].user_agent.clone();
    assert!(agent.contains(concat!("app/tidegate-", env!("CARGO_PKG_VERSION"), "-spring-sale")), "{agent}");
}
