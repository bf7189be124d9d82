//! The clients as a whole: who we are, what they say of themselves, what they let out.

use crate::support::{
    moto::Moto,
    proxy::{Proxy, Trouble},
};

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
async fn the_account_is_called_by_its_alias_where_it_has_one_and_one_may_know_it() {
    let account = Moto::shared().account();
    let proxy = Proxy::before_moto();
    let aws = account.aws_at(&proxy.url()).await;
    assert_eq!(aws.alias().await, None);
    account.python("client('iam').create_account_alias(AccountAlias='orchard-prod')");
    let alias = aws.alias().await;
    assert_eq!(
        alias.as_ref().map(tidegate::domain::text::Text::as_str),
        Some("orchard-prod")
    );
    proxy.trouble("ListAccountAliases", Trouble::Error(403, "AccessDenied"), 1);
    assert_eq!(aws.alias().await, None);
    assert!(proxy.writes().is_empty());
}

#[tokio::test]
async fn requests_name_program_version_and_session() {
    let proxy = Proxy::before_moto();
    let mut options = Moto::shared().account().options_at(&proxy.url());
    options.session = Some("spring-sale".into());
    let aws = tidegate::aws::Aws::connect(options).await.expect("clients");
    aws.identity().await.expect("an identity");
    let agent = proxy.calls()[0].user_agent.clone();
    assert!(
        agent.contains(concat!(
            "app/tidegate-",
            env!("CARGO_PKG_VERSION"),
            "-spring-sale"
        )),
        "{agent}"
    );
}

#[tokio::test]
async fn the_proxy_lifts_a_service_to_its_new_minimum_as_aws_does() {
    let account = Moto::shared().account();
    let proxy = Proxy::before_moto();
    let script = "
ecs, aas = client('ecs'), client('application-autoscaling')
ecs.create_cluster(clusterName='orchard')
ecs.register_task_definition(family='api', containerDefinitions=[dict(name='api', image='api', memory=64)])
ecs.create_service(cluster='orchard', serviceName='api', taskDefinition='api', desiredCount=2, launchType='EC2')
target = dict(ServiceNamespace='ecs', ResourceId='service/orchard/api', ScalableDimension='ecs:service:DesiredCount')
aas.register_scalable_target(MinCapacity=6, MaxCapacity=8, **target)
try:
    aas.register_scalable_target(MinCapacity=9, MaxCapacity=8, **target)
    refused = None
except Exception as e:
    refused = e.response['Error']['Code']
out(dict(desired=ecs.describe_services(cluster='orchard', services=['api'])['services'][0]['desiredCount'], refused=refused))";
    let seen = crate::support::python::python(script, &account.env_at(&proxy.url()));
    assert_eq!(
        seen,
        serde_json::json!({ "desired": 6, "refused": "ValidationException" })
    );
    assert_eq!(proxy.writes().len(), 5);
}
