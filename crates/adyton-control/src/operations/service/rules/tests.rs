//! Each rule at its bounds: what is taken as it is, what counts where a field is left out, and which field a refusal names.

use super::*;

/// A version of which only the model is said.
fn least(model: u128) -> AskedVersion {
    AskedVersion {
        model: ModelId::from_bits(model),
        weight: None,
        instance_count: None,
        specification: None,
        envs: None,
        deploy_timeout_seconds: None,
    }
}

fn weighing(model: u128, weight: i64) -> AskedVersion {
    AskedVersion {
        weight: Some(weight),
        ..least(model)
    }
}

fn with_env(name: &str, value: &str) -> AskedVersion {
    AskedVersion {
        envs: Some(BTreeMap::from([(name.to_owned(), value.to_owned())])),
        ..least(1)
    }
}

fn service(versions: Vec<AskedVersion>) -> AskedService {
    AskedService {
        project: ProjectId::from_bits(1),
        owner: "admin".to_owned(),
        name: "iris".to_owned(),
        description: None,
        versions,
        properties: AskedProperties::default(),
    }
}

/// `field: problem` of what is refused.
fn refused<T>(result: OperationResult<T>) -> String {
    result.err().expect("a refusal").to_string()
}

#[test]
fn what_is_left_out_is_filled_in() {
    let new = service(vec![least(7)]).checked().unwrap();
    assert_eq!(new.wanted, Wanted::Running);
    assert_eq!(new.description, "");
    assert_eq!(
        (new.calls_per_second, new.app_auth, new.app_code),
        (None, false, true)
    );
    let expected = Version {
        model: ModelId::from_bits(7),
        weight: 100,
        instance_count: 1,
        specification: "modelarts.vm.cpu.2u".to_owned(),
        envs: BTreeMap::new(),
        deploy_timeout_seconds: 1200,
        restarts: 0,
    };
    assert_eq!(new.versions, [expected]);
}

#[test]
fn what_is_said_is_kept() {
    let asked = AskedService {
        description: Some("says it again".to_owned()),
        properties: AskedProperties {
            calls_per_second: Some(Some(0)),
            app_auth: Some(true),
            app_code: Some(false),
        },
        ..service(vec![
            AskedVersion {
                instance_count: Some(128),
                specification: Some("modelarts.vm.cpu.free".to_owned()),
                deploy_timeout_seconds: Some(7200),
                ..weighing(1, 100)
            },
            weighing(2, 0),
        ])
    };
    let new = asked.checked().unwrap();
    assert_eq!(new.description, "says it again");
    assert_eq!(
        (new.calls_per_second, new.app_auth, new.app_code),
        (Some(0), true, false)
    );
    let first = &new.versions[0];
    assert_eq!((first.weight, new.versions[1].weight), (100, 0));
    assert_eq!((first.instance_count, first.deploy_timeout_seconds), (128, 7200));
    assert_eq!(first.specification, "modelarts.vm.cpu.free");
}

#[test]
fn a_number_out_of_its_range_is_told_with_the_range_and_itself() {
    let version = |change: fn(&mut AskedVersion)| {
        let mut version = weighing(2, 0);
        change(&mut version);
        refused(service(vec![weighing(1, 100), version]).checked())
    };
    for (told, expected) in [
        (
            version(|version| version.weight = Some(101)),
            "config[1].weight: must be 0 to 100, is 101",
        ),
        (
            version(|version| version.weight = Some(-1)),
            "config[1].weight: must be 0 to 100, is -1",
        ),
        (
            version(|version| version.instance_count = Some(0)),
            "config[1].instance_count: must be 1 to 128, is 0",
        ),
        (
            version(|version| version.instance_count = Some(129)),
            "config[1].instance_count: must be 1 to 128, is 129",
        ),
        (
            version(|version| version.deploy_timeout_seconds = Some(0)),
            "config[1].deploy_timeout_in_seconds: must be 1 to 7200, is 0",
        ),
        (
            version(|version| version.deploy_timeout_seconds = Some(i64::MAX)),
            "config[1].deploy_timeout_in_seconds: must be 1 to 7200, is 9223372036854775807",
        ),
    ] {
        assert_eq!(told, expected);
    }
    let throttled = AskedService {
        properties: AskedProperties {
            calls_per_second: Some(Some(1_000_001)),
            ..AskedProperties::default()
        },
        ..service(vec![least(1)])
    };
    assert_eq!(
        refused(throttled.checked()),
        "additional_properties.calls_per_second: must be 0 to 1000000, is 1000001"
    );
}

#[test]
fn versions_are_different_models_whose_weights_add_up() {
    let told = |versions| refused(service(versions).checked());
    assert_eq!(told(Vec::new()), "config: must name at least one model");
    assert_eq!(
        told(vec![weighing(1, 50)]),
        "config: the weights must add up to 100, these add up to 50"
    );
    assert_eq!(
        told(vec![weighing(1, 100), weighing(2, 100)]),
        "config: the weights must add up to 100, these add up to 200"
    );
    assert_eq!(
        told(vec![weighing(1, 100), least(2)]),
        "config[1].weight: must be set when there are several models"
    );
    let twice = service(vec![weighing(3, 50), weighing(3, 50)]).checked();
    assert!(matches!(twice, Err(Failure::Repeated { model }) if model == ModelId::from_bits(3).to_string()));
}

#[test]
fn a_specification_is_one_that_is_listed() {
    let huge = AskedVersion {
        specification: Some("huge".to_owned()),
        ..least(1)
    };
    assert_eq!(
        refused(service(vec![huge]).checked()),
        "config[0].specification: must be one of those that `GET …/services/specifications` lists"
    );
}

#[test]
fn an_environment_is_one_that_a_program_can_be_given() {
    for (name, value) in [("LEVEL", "1"), ("_x9", ""), ("A", &"x".repeat(4096))] {
        assert!(service(vec![with_env(name, value)]).checked().is_ok(), "{name}");
    }
    for (name, value, says) in [
        ("", "a", "names must be"),
        ("1X", "a", "names must be"),
        ("A-B", "a", "names must be"),
        ("Ä", "a", "names must be"),
        ("PORT", "80", "`PORT` is set by the server itself"),
        ("A", "nul\0", "values must have at most 4096 bytes"),
        ("A", &"x".repeat(4097), "values must have at most 4096 bytes"),
    ] {
        let told = refused(service(vec![with_env(name, value)]).checked());
        assert!(
            told.starts_with(&format!("config[0].envs: {says}")),
            "{name}: {told}"
        );
    }
    let many = (0..=100).map(|at| (format!("A{at}"), String::new())).collect();
    let many = AskedVersion {
        envs: Some(many),
        ..least(1)
    };
    assert_eq!(
        refused(service(vec![many]).checked()),
        "config[0].envs: at most 100 variables"
    );
}

#[test]
fn a_name_and_a_description_are_checked_with_the_rest() {
    let mut unnamed = service(vec![least(1)]);
    unnamed.name = "no name!".to_owned();
    assert!(refused(unnamed.checked()).starts_with("service_name: "));
    let mut marked = service(vec![least(1)]);
    marked.description = Some("<b>".to_owned());
    assert!(refused(marked.checked()).starts_with("description: "));
}

#[test]
fn a_change_changes_something_and_only_what_it_names() {
    assert_eq!(
        refused(AskedChange::default().checked()),
        "body: must set `status`, `config`, `description` or `additional_properties`"
    );
    let stop = AskedChange {
        wanted: Some(Wanted::Stopped),
        ..AskedChange::default()
    };
    let expected = ServiceChange {
        wanted: Some(Wanted::Stopped),
        ..ServiceChange::default()
    };
    assert_eq!(stop.checked().unwrap(), expected);
}

#[test]
fn a_throttle_of_null_is_a_change_and_one_that_is_left_out_is_none() {
    let throttled = |asked| {
        let properties = AskedProperties {
            calls_per_second: asked,
            app_code: Some(true),
            ..AskedProperties::default()
        };
        let change = AskedChange {
            properties,
            ..AskedChange::default()
        };
        change.checked().unwrap().calls_per_second
    };
    assert_eq!(throttled(None), None);
    assert_eq!(throttled(Some(None)), Some(None));
    assert_eq!(throttled(Some(Some(9))), Some(Some(9)));
}

#[test]
fn a_change_obeys_the_rules_of_a_deployment() {
    let versions = |versions| AskedChange {
        versions: Some(versions),
        ..AskedChange::default()
    };
    assert!(refused(versions(Vec::new()).checked()).starts_with("config: "));
    assert!(refused(versions(vec![weighing(1, 99)]).checked()).starts_with("config: "));
    let described = AskedChange {
        description: Some("x".repeat(101)),
        ..AskedChange::default()
    };
    assert!(refused(described.checked()).starts_with("description: "));
}

#[test]
fn only_a_service_that_failed_is_tried_again_by_starting_it() {
    use ServiceStatus::{Concerning, Deploying, Failed, Running, Stopped};
    assert!(renews(Failed, Some(Wanted::Running)));
    assert!(!renews(Failed, None), "a new description starts nothing");
    assert!(!renews(Failed, Some(Wanted::Stopped)));
    for status in [Deploying, Running, Concerning, Stopped] {
        assert!(!renews(status, Some(Wanted::Running)), "{status:?}");
    }
}
