//! Bodies of every kind.

use super::*;

/// Any JSON at all, and things that nearly are.
fn any_body() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<f64>().prop_map(|number| number.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        "[a-z\"\\\\]{0,5}".prop_map(|text| format!("{text:?}")),
    ];
    let nested = leaf.prop_recursive(6, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(","))),
            ("(inputs|x|data|req_data|meta|a)", inner)
                .prop_map(|(key, value)| format!("{{\"{key}\":{value}}}")),
        ]
    });
    (nested, 0usize..3).prop_map(|(body, cut)| {
        body.chars()
            .take(body.chars().count().saturating_sub(cut))
            .collect()
    })
}

proptest::proptest! {
    #[test]
    fn no_body_breaks_a_codec(body in any_body()) {
        let model = echo(matrix());
        let rows = Codec::choose(Some(&iris_request()), &model.ports).unwrap();
        for codec in [Codec::Tensors, rows] {
            // An answer or a reason; a panic fails the test.
            let _ = codec.predict(&model, body.as_bytes());
        }
    }

    #[test]
    fn numbers_come_back_as_they_went(numbers in proptest::collection::vec(proptest::num::f32::NORMAL, 4..5)) {
        let model = echo(matrix());
        let body = serde_json::json!({"inputs": {"x": [numbers]}}).to_string();
        let answer: serde_json::Value = serde_json::from_str(&answer(&model, &Codec::Tensors, &body)).unwrap();
        let back: Vec<f32> = serde_json::from_value(answer["outputs"]["x"][0].clone()).unwrap();
        proptest::prop_assert_eq!(back, numbers);
    }
}
