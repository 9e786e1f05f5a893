//! Ensembles of trees, as the exporters of scikit-learn, LightGBM and XGBoost write them: both runtimes give the same classes and
//! scores, or the compiled-in one names what it does not know.

use adyton_runtime::onnx_models::Onnx;
use tract_onnx::pb::{AttributeProto, ModelProto};

use crate::graph::{self, FLOAT, INT64, floats, ints, node, port, text, texts, untyped};
use crate::models::{ask, each};

/// Two trees that ask whether the first column is at most 0.5, with these weights of the four leaves.
struct Ensemble {
    ids: Vec<i64>,
    weights: Vec<f32>,
    after: &'static str,
    base: Vec<f32>,
    labels: Vec<i64>,
    mode: &'static str,
    children: [i64; 2],
}

impl Default for Ensemble {
    fn default() -> Self {
        Self {
            ids: vec![0; 4],
            weights: vec![0.125, 0.25, 0.25, 0.5],
            after: "NONE",
            base: Vec::new(),
            labels: vec![10, 20],
            mode: "BRANCH_LEQ",
            children: [1, 2],
        }
    }
}

impl Ensemble {
    fn model(&self) -> ModelProto {
        let each_leaf = self.ids.len() / 4;
        let leaves = |of: [i64; 4]| {
            of.iter()
                .flat_map(|one| vec![*one; each_leaf])
                .collect::<Vec<i64>>()
        };
        let [yes, no] = self.children;
        let mut attributes: Vec<AttributeProto> = vec![
            ints("nodes_treeids", &[0, 0, 0, 1, 1, 1]),
            ints("nodes_nodeids", &[0, 1, 2, 0, 1, 2]),
            ints("nodes_featureids", &[0; 6]),
            texts(
                "nodes_modes",
                &[self.mode, "LEAF", "LEAF", self.mode, "LEAF", "LEAF"],
            ),
            floats("nodes_values", &[0.5, 0.0, 0.0, 0.5, 0.0, 0.0]),
            ints("nodes_truenodeids", &[yes, 0, 0, yes, 0, 0]),
            ints("nodes_falsenodeids", &[no, 0, 0, no, 0, 0]),
            ints("class_treeids", &leaves([0, 0, 1, 1])),
            ints("class_nodeids", &leaves([1, 2, 1, 2])),
            ints("class_ids", &self.ids),
            floats("class_weights", &self.weights),
            ints("classlabels_int64s", &self.labels),
            text("post_transform", self.after),
        ];
        if !self.base.is_empty() {
            attributes.push(floats("base_values", &self.base));
        }
        graph::model(
            vec![port("x", FLOAT, &[-1, 1])],
            vec![port("label", INT64, &[-1]), untyped("scores")],
            vec![node(
                "TreeEnsembleClassifier",
                "ai.onnx.ml",
                &["x"],
                &["label", "scores"],
                attributes,
            )],
            Vec::new(),
        )
    }

    /// What each runtime answers for 0.25 and 0.75.
    fn answers(&self) -> Vec<String> {
        let all = each(&graph::bytes(&self.model()), None);
        all.iter()
            .map(|(_, model)| ask(model, r#"{"inputs":[[0.25],[0.75]]}"#))
            .collect()
    }

    fn refusal(&self) -> String {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("m.onnx"), graph::bytes(&self.model())).unwrap();
        Onnx::builtin()
            .load(folder.path(), "m.onnx")
            .unwrap_err()
            .to_string()
    }
}

fn all_are(ensemble: &Ensemble, labels: [i64; 2], scores: [[f32; 2]; 2]) {
    for answer in ensemble.answers() {
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let outputs = &answer["outputs"];
        assert_eq!(outputs["label"], serde_json::json!(labels), "{answer}");
        for (row, expected) in scores.iter().enumerate() {
            for (at, expected) in expected.iter().enumerate() {
                let got = outputs["scores"][row][at].as_f64().unwrap();
                assert!((got - f64::from(*expected)).abs() < 1e-6, "{answer}");
            }
        }
    }
}

/// A random forest: the leaves hold the probability of the second class.
#[test]
fn of_two_classes_the_more_probable_one_is_the_label() {
    all_are(&Ensemble::default(), [10, 20], [[0.625, 0.375], [0.25, 0.75]]);
}

/// Boosted trees: the leaves hold the logarithm of the odds of the second class, from a base on.
#[test]
fn boosted_trees_of_two_classes_give_the_right_label() {
    let boosted = Ensemble {
        weights: vec![-0.5, 0.5, -0.5, 1.0],
        after: "LOGISTIC",
        ..Ensemble::default()
    };
    let odds = |score: f32| 1.0 / (1.0 + (-score).exp());
    let rows = |scores: [f32; 2]| scores.map(|score| [odds(-score), odds(score)]);
    all_are(&boosted, [10, 20], rows([-1.0, 1.5]));
    let from = Ensemble {
        base: vec![1.25],
        ..boosted
    };
    all_are(&from, [20, 20], rows([0.25, 2.75]));
}

#[test]
fn three_classes_are_what_they_were() {
    let three = Ensemble {
        ids: [0, 1, 2].repeat(4),
        weights: vec![-0.5, 0.25, 0.0, 0.0, 0.5, -1.0, 1.5, 0.25, 0.0, 0.0, 0.25, 0.5],
        labels: vec![7, 8, 9],
        ..Ensemble::default()
    };
    for answer in three.answers() {
        assert!(answer.starts_with(r#"{"outputs":{"label":[7,8],"#), "{answer}");
    }
}

#[test]
fn what_runtimes_do_not_agree_on_is_refused_by_name() {
    type Change<'c> = &'c dyn Fn(&mut Ensemble);
    let with = |change: Change<'_>| {
        let mut ensemble = Ensemble::default();
        change(&mut ensemble);
        ensemble.refusal()
    };
    let refused: [(&str, Change<'_>); 7] = [
        ("weights for the second", &|one| one.ids = vec![0, 1, 0, 1]),
        ("two base values", &|one| one.base = vec![0.5, 0.5]),
        ("`post_transform` = \"LOGISTIC\"", &|one| one.after = "LOGISTIC"),
        ("`post_transform` = \"SOFTMAX\"", &|one| one.after = "SOFTMAX"),
        ("`BRANCH_GTE`", &|one| one.mode = "BRANCH_GTE"),
        ("a class that has no label", &|one| one.ids = vec![0, 2, 0, 0]),
        ("a class that is not always reached", &|one| {
            (one.labels, one.weights) = (vec![1, 2, 3], vec![-1.0; 4]);
        }),
    ];
    for (named, change) in refused {
        let refusal = with(change);
        assert!(
            refusal.contains("TreeEnsembleClassifier") && refusal.contains(named),
            "{refusal}"
        );
    }
}

/// Each call would run for ever, and nothing ends a run inside of an operator.
#[test]
fn trees_that_are_circles_are_refused() {
    for children in [[0, 2], [1, 1], [1, 3], [1, -1]] {
        let refusal = Ensemble {
            children,
            ..Ensemble::default()
        }
        .refusal();
        assert!(refusal.contains("do not make a tree"), "{children:?}: {refusal}");
    }
}

/// Tree, leaf, target and weight: the first leaf of each tree says nothing of the second target.
const TWO: [(i64, i64, i64, f32); 6] = [
    (0, 1, 0, -8.0),
    (0, 2, 0, 1.0),
    (0, 2, 1, 2.0),
    (1, 1, 0, -4.0),
    (1, 2, 0, 16.0),
    (1, 2, 1, 32.0),
];
const ONE: [(i64, i64, i64, f32); 4] = [(0, 1, 0, -8.0), (0, 2, 0, 1.0), (1, 1, 0, -4.0), (1, 2, 0, 16.0)];

/// Two trees, as exporters of regressors write them.
fn regressor(targets: i64, leaves: &[(i64, i64, i64, f32)], more: Vec<AttributeProto>) -> ModelProto {
    let column = |of: fn(&(i64, i64, i64, f32)) -> i64| leaves.iter().map(of).collect::<Vec<i64>>();
    let mut attributes = vec![
        ints("nodes_treeids", &[0, 0, 0, 1, 1, 1]),
        ints("nodes_nodeids", &[0, 1, 2, 0, 1, 2]),
        ints("nodes_featureids", &[0; 6]),
        texts(
            "nodes_modes",
            &["BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"],
        ),
        floats("nodes_values", &[0.5, 0.0, 0.0, 1.5, 0.0, 0.0]),
        ints("nodes_truenodeids", &[1, 0, 0, 1, 0, 0]),
        ints("nodes_falsenodeids", &[2, 0, 0, 2, 0, 0]),
        ints("target_treeids", &column(|leaf| leaf.0)),
        ints("target_nodeids", &column(|leaf| leaf.1)),
        ints("target_ids", &column(|leaf| leaf.2)),
        floats(
            "target_weights",
            &leaves.iter().map(|leaf| leaf.3).collect::<Vec<f32>>(),
        ),
        int("n_targets", targets),
    ];
    attributes.extend(more);
    graph::model(
        vec![port("x", FLOAT, &[-1, 1])],
        vec![untyped("y")],
        vec![node(
            "TreeEnsembleRegressor",
            "ai.onnx.ml",
            &["x"],
            &["y"],
            attributes,
        )],
        Vec::new(),
    )
}

fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: 2,
        i,
        ..AttributeProto::default()
    }
}

#[test]
fn regressors_add_up_what_their_leaves_say() {
    let average = || text("aggregate_function", "AVERAGE");
    type Case<'c> = (i64, &'c [(i64, i64, i64, f32)], Vec<AttributeProto>, &'c str);
    let base = || floats("base_values", &[0.5, 1.0]);
    // Leaves stand tree by tree.
    let mut all = TWO.to_vec();
    all.insert(4, (1, 1, 1, 0.0));
    all.insert(1, (0, 1, 1, 0.0));
    let cases: [Case<'_>; 6] = [
        (1, &ONE, vec![], "[[-12.0],[-3.0],[17.0]]"),
        (2, &TWO, vec![], "[[-12.0,0.0],[-3.0,2.0],[17.0,34.0]]"),
        (2, &TWO, vec![average()], "[[-6.0,0.0],[-1.5,1.0],[8.5,17.0]]"),
        (2, &all, vec![base()], "[[-11.5,1.0],[-2.5,3.0],[17.5,35.0]]"),
        (
            2,
            &all,
            vec![average(), base()],
            "[[-5.5,1.0],[-1.0,2.0],[9.0,18.0]]",
        ),
        (
            4,
            &TWO,
            vec![],
            "[[-12.0,0.0,0.0,0.0],[-3.0,2.0,0.0,0.0],[17.0,34.0,0.0,0.0]]",
        ),
    ];
    for (targets, leaves, more, expected) in cases {
        for (runtime, model) in each(&graph::bytes(&regressor(targets, leaves, more)), None) {
            let answer = ask(&model, r#"{"inputs":[[0.25],[0.75],[2]]}"#);
            assert_eq!(
                answer,
                format!(r#"{{"outputs":{{"y":{expected}}}}}"#),
                "{runtime}"
            );
        }
    }
}

#[test]
fn regressors_that_do_not_add_up_are_missing() {
    let twice = [TWO.as_slice(), &TWO[..1]].concat();
    let base = floats("base_values", &[0.5, 1.0, 2.0]);
    for (leaves, more) in [
        (TWO.as_slice(), vec![text("aggregate_function", "MAX")]),
        (&TWO, vec![text("post_transform", "LOGISTIC")]),
        (&TWO, vec![base]),
        (&twice, vec![]),
        (&TWO, vec![floats("base_values", &[0.5, 1.0])]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("m.onnx"),
            graph::bytes(&regressor(2, leaves, more)),
        )
        .unwrap();
        let refusal = Onnx::builtin().load(folder.path(), "m.onnx").unwrap_err();
        assert!(
            refusal
                .to_string()
                .contains("no operator ai.onnx.ml.TreeEnsembleRegressor"),
            "{refusal}"
        );
    }
}

#[test]
fn an_imputer_fills_in_what_is_missing() {
    let nan = AttributeProto {
        name: "replaced_value_float".to_owned(),
        r#type: 1,
        f: f32::NAN,
        ..AttributeProto::default()
    };
    for (values, expected) in [
        (vec![7.0, 8.0], "[[1.0,8.0],[7.0,2.0]]"),
        (vec![5.0], "[[1.0,5.0],[5.0,2.0]]"),
    ] {
        let filled = node(
            "Imputer",
            "ai.onnx.ml",
            &["x"],
            &["y"],
            vec![floats("imputed_value_floats", &values), nan.clone()],
        );
        let model = graph::model(
            vec![port("x", FLOAT, &[-1, 2])],
            vec![untyped("y")],
            vec![filled],
            Vec::new(),
        );
        for (runtime, model) in each(&graph::bytes(&model), None) {
            let answer = ask(&model, r#"{"inputs":[[1,"NaN"],["NaN",2]]}"#);
            assert_eq!(
                answer,
                format!(r#"{{"outputs":{{"y":{expected}}}}}"#),
                "{runtime}"
            );
        }
    }
}
