//! The operators of the compiled-in runtime, and of each the attributes that it understands.
//!
//! `tract` looks an operator up by its name alone and takes the attributes that it knows; one that it does not know it passes
//! over, and computes something else than the model says. So each operator is listed here with what `tract` 0.23 reads of it,
//! and anything else that changes the meaning is refused by name. An attribute that says what would be so without it is
//! no reason to refuse.
//!
//! Left out, though `tract` has them: `BitShift`, whose result for a shift of as many bits as there are depends on how the
//! server was built, and `Attention`, where a causal mask together with a past is not what the specification says.

use super::operators::Rule::{Any, Float, Int, Never, Texts};

/// What an attribute may say.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    /// `tract` reads it, or it means nothing here.
    Any,
    /// Only this number.
    Int(i64),
    /// Only this number.
    Float(f32),
    /// Only one of these.
    Texts(&'static [&'static str]),
    /// Nothing: a list may be there if it is empty.
    Never,
}

/// Attributes by name.
pub(super) type Attributes = &'static [(&'static str, Rule)];

/// The default domain.
pub(super) const ONNX: &str = "";
/// Classical machine learning.
pub(super) const ML: &str = "ai.onnx.ml";
/// What ONNX Runtime adds.
pub(super) const MICROSOFT: &str = "com.microsoft";

/// The operator sets of the default domain whose meaning is known: older ones change what an operator does, newer ones may.
pub(super) const SETS: std::ops::RangeInclusive<i64> = 6..=28;
/// The same of the domain for classical machine learning.
pub(super) const ML_SETS: std::ops::RangeInclusive<i64> = 1..=5;

#[rustfmt::skip]
/// Operators of the default domain without attributes (or with some of their first versions that mean nothing).
const PLAIN: &[&str] = &[
    "Abs", "Acos", "Acosh", "Add", "And", "Asin", "Asinh", "Atan", "Atanh", "BitwiseAnd", "BitwiseNot", "BitwiseOr",
    "BitwiseXor", "Ceil", "Cos", "Cosh", "Div", "DynamicQuantizeLinear", "Equal", "Erf", "Exp", "Expand", "Floor",
    "GlobalAveragePool", "GlobalMaxPool", "Greater", "GreaterOrEqual", "HardSwish", "Identity", "IsNaN", "Less", "LessOrEqual",
    "Log", "MatMul", "MatMulInteger", "Max", "Mean", "Min", "Mish", "Mul", "Neg", "NonZero", "Not", "Or", "PRelu", "Pow",
    "QLinearMatMul", "Reciprocal", "Relu", "Round", "Sigmoid", "Sign", "Sin", "Sinh", "Size", "Softplus", "Softsign", "Sqrt",
    "Sub", "Sum", "Tan", "Tanh", "Tile", "Where", "Xor",
];

/// Where a window lies.
const WINDOW: Attributes = &[
    ("auto_pad", Any),
    ("ceil_mode", Any),
    ("count_include_pad", Any),
    ("dilations", Any),
    ("kernel_shape", Any),
    ("pads", Any),
    ("storage_order", Any),
    ("strides", Any),
];
const CONVOLUTION: Attributes = &[
    ("auto_pad", Any),
    ("dilations", Any),
    ("group", Any),
    ("kernel_shape", Any),
    ("output_padding", Any),
    ("output_shape", Any),
    ("pads", Any),
    ("strides", Any),
];
const REDUCTION: Attributes = &[("axes", Any), ("keepdims", Any), ("noop_with_empty_axes", Any)];
const ARG: Attributes = &[("axis", Any), ("keepdims", Any), ("select_last_index", Any)];
const AXIS: Attributes = &[("axis", Any)];
const ALPHA_BETA: Attributes = &[("alpha", Any), ("beta", Any)];
const WINDOW_FUNCTION: Attributes = &[("output_datatype", Any), ("periodic", Any)];
const BRANCHES: Attributes = &[("then_branch", Any), ("else_branch", Any)];
const RANDOM: Attributes = &[
    ("dtype", Any),
    ("high", Any),
    ("low", Any),
    ("mean", Any),
    ("sample_size", Any),
    ("scale", Any),
    ("seed", Any),
    ("shape", Any),
];
/// `activations` is looked at apart: the ones that are the default are understood.
const RECURRENT: Attributes = &[
    ("activation_alpha", Never),
    ("activation_beta", Never),
    ("activations", Any),
    ("clip", Never),
    ("direction", Texts(&["forward", "bidirectional"])),
    ("hidden_size", Any),
    ("input_forget", Int(0)),
    ("layout", Any),
    ("linear_before_reset", Any),
    ("output_sequence", Int(0)),
];

#[rustfmt::skip]
/// The others of the default domain.
const WITH_ATTRIBUTES: &[(&str, Attributes)] = &[
    ("ArgMax", ARG),
    ("ArgMin", ARG),
    ("AveragePool", WINDOW),
    ("BatchNormalization", &[
        ("epsilon", Any), ("is_test", Int(1)), ("momentum", Any), ("spatial", Int(1)), ("training_mode", Int(0)),
    ]),
    ("BlackmanWindow", WINDOW_FUNCTION),
    ("Cast", &[("round_mode", Any), ("saturate", Any), ("to", Any)]),
    ("CastLike", &[("round_mode", Any), ("saturate", Any)]),
    ("Celu", &[("alpha", Float(1.0))]),
    ("Clip", &[("max", Any), ("min", Any)]),
    ("Compress", AXIS),
    ("Concat", AXIS),
    ("Constant", &[
        ("value", Any), ("value_float", Any), ("value_floats", Any), ("value_int", Any), ("value_ints", Any),
        ("value_string", Any), ("value_strings", Any),
    ]),
    ("ConstantOfShape", &[("value", Any)]),
    ("Conv", CONVOLUTION),
    ("ConvInteger", CONVOLUTION),
    ("ConvTranspose", CONVOLUTION),
    ("CumSum", &[("exclusive", Any), ("reverse", Any)]),
    ("DFT", &[("axis", Any), ("inverse", Any), ("onesided", Any)]),
    ("DepthToSpace", &[("blocksize", Any), ("mode", Any)]),
    ("DequantizeLinear", &[("axis", Any), ("block_size", Int(0)), ("output_dtype", Int(0))]),
    ("Dropout", &[("is_test", Int(1)), ("ratio", Any), ("seed", Any)]),
    ("Einsum", &[("equation", Any)]),
    ("Elu", &[("alpha", Any)]),
    ("EyeLike", &[("dtype", Any), ("k", Any)]),
    ("Flatten", AXIS),
    ("GRU", RECURRENT),
    ("Gather", AXIS),
    ("GatherElements", AXIS),
    ("GatherND", &[("batch_dims", Any)]),
    ("Gelu", &[("approximate", Any)]),
    ("Gemm", &[("alpha", Any), ("beta", Any), ("broadcast", Any), ("transA", Any), ("transB", Any)]),
    ("GlobalLpPool", &[("p", Int(2))]),
    ("GridSample", &[("align_corners", Any), ("mode", Any), ("padding_mode", Any)]),
    ("GroupNormalization", &[("epsilon", Any), ("num_groups", Any), ("stash_type", Int(1))]),
    ("HammingWindow", WINDOW_FUNCTION),
    ("HannWindow", WINDOW_FUNCTION),
    ("HardSigmoid", ALPHA_BETA),
    ("Hardmax", AXIS),
    ("If", BRANCHES),
    ("InstanceNormalization", &[("epsilon", Any)]),
    ("IsInf", &[("detect_negative", Any), ("detect_positive", Any)]),
    ("LRN", &[("alpha", Any), ("beta", Any), ("bias", Any), ("size", Any)]),
    ("LSTM", RECURRENT),
    ("LayerNormalization", &[("axis", Any), ("epsilon", Any), ("stash_type", Any)]),
    ("LeakyRelu", &[("alpha", Any)]),
    ("LogSoftmax", AXIS),
    ("LpNormalization", &[("axis", Any), ("p", Any)]),
    ("MaxPool", WINDOW),
    ("MeanVarianceNormalization", &[("axes", Any)]),
    ("MelWeightMatrix", &[("output_datatype", Any)]),
    ("Mod", &[("fmod", Any)]),
    ("Multinomial", RANDOM),
    ("NonMaxSuppression", &[("center_point_box", Any)]),
    ("OneHot", AXIS),
    ("Pad", &[("mode", Any), ("pads", Any), ("value", Any)]),
    ("QLinearConv", CONVOLUTION),
    ("QuantizeLinear", &[
        ("axis", Any), ("block_size", Int(0)), ("output_dtype", Int(0)), ("precision", Int(0)), ("saturate", Any),
    ]),
    ("RMSNormalization", &[("axis", Any), ("epsilon", Any), ("stash_type", Int(1))]),
    ("RNN", RECURRENT),
    ("RandomNormal", RANDOM),
    ("RandomNormalLike", RANDOM),
    ("RandomUniform", RANDOM),
    ("RandomUniformLike", RANDOM),
    ("Range", &[("stash_type", Int(1))]),
    ("ReduceL1", REDUCTION),
    ("ReduceL2", REDUCTION),
    ("ReduceLogSum", REDUCTION),
    ("ReduceLogSumExp", REDUCTION),
    ("ReduceMax", REDUCTION),
    ("ReduceMean", REDUCTION),
    ("ReduceMin", REDUCTION),
    ("ReduceProd", REDUCTION),
    ("ReduceSum", REDUCTION),
    ("ReduceSumSquare", REDUCTION),
    ("Reshape", &[("allowzero", Any)]),
    ("Resize", &[
        ("antialias", Any), ("axes", Any), ("coordinate_transformation_mode", Any), ("cubic_coeff_a", Any),
        ("exclude_outside", Any), ("extrapolation_value", Any), ("keep_aspect_ratio_policy", Any), ("mode", Any),
        ("nearest_mode", Any),
    ]),
    ("RotaryEmbedding", &[("interleaved", Any), ("num_heads", Any), ("rotary_embedding_dim", Any)]),
    ("STFT", &[("onesided", Any)]),
    ("Scan", &[
        ("body", Any), ("num_scan_inputs", Any), ("scan_input_axes", Any), ("scan_input_directions", Any),
        ("scan_output_axes", Any), ("scan_output_directions", Any),
    ]),
    ("Scatter", AXIS),
    ("ScatterElements", &[("axis", Any), ("reduction", Any)]),
    ("ScatterND", &[("reduction", Any)]),
    ("Selu", &[("alpha", Any), ("gamma", Any)]),
    ("Shape", &[("end", Any), ("start", Any)]),
    ("Shrink", &[("bias", Any), ("lambd", Any)]),
    ("SimplifiedLayerNormalization", &[("axis", Any), ("epsilon", Any), ("stash_type", Int(1))]),
    ("Slice", &[("axes", Any), ("ends", Any), ("starts", Any)]),
    ("Softmax", AXIS),
    ("SpaceToDepth", &[("blocksize", Any), ("mode", Texts(&["DCR"]))]),
    ("Split", &[("axis", Any), ("num_outputs", Any), ("split", Any)]),
    ("Squeeze", &[("axes", Any)]),
    ("Swish", &[("alpha", Float(1.0))]),
    ("ThresholdedRelu", &[("alpha", Any)]),
    ("TopK", &[("axis", Any), ("largest", Any), ("sorted", Any)]),
    ("Transpose", &[("perm", Any)]),
    ("Trilu", &[("upper", Any)]),
    ("Unsqueeze", &[("axes", Any)]),
];

#[rustfmt::skip]
/// Operators for classical machine learning. `Scaler` and what `learned.rs` knows are rewritten, and a final `ZipMap` cut off, before
/// this is asked.
const LEARNING: &[(&str, Attributes)] = &[
    ("ArrayFeatureExtractor", &[]),
    ("CategoryMapper", &[("cats_int64s", Any), ("cats_strings", Any), ("default_int64", Any), ("default_string", Any)]),
    ("LinearClassifier", &[
        ("classlabels_ints", Any), ("classlabels_strings", Any), ("coefficients", Any), ("intercepts", Any),
        ("multi_class", Any), ("post_transform", Any),
    ]),
    ("LinearRegressor", &[("coefficients", Any), ("intercepts", Any), ("post_transform", Any), ("targets", Any)]),
    ("Normalizer", &[("norm", Texts(&["L1", "L2"]))]),
    ("TreeEnsembleClassifier", &[
        ("base_values", Any), ("class_ids", Any), ("class_nodeids", Any), ("class_treeids", Any), ("class_weights", Any),
        ("classlabels_int64s", Any), ("classlabels_strings", Any), ("nodes_falsenodeids", Any), ("nodes_featureids", Any),
        ("nodes_hitrates", Any), ("nodes_missing_value_tracks_true", Any), ("nodes_modes", Any), ("nodes_nodeids", Any),
        ("nodes_treeids", Any), ("nodes_truenodeids", Any), ("nodes_values", Any), ("post_transform", Any),
    ]),
];

#[rustfmt::skip]
/// Operators that ONNX Runtime adds and its tools write into models of language.
const ADDED: &[(&str, Attributes)] = &[
    ("BiasGelu", &[]),
    ("FastGelu", &[]),
    ("Gelu", &[]),
    ("MatMulNBits", &[("K", Any), ("N", Any), ("accuracy_level", Any), ("bits", Any), ("block_size", Any)]),
    ("QuickGelu", &[("alpha", Any)]),
    ("SkipLayerNormalization", &[("epsilon", Any)]),
    ("SkipSimplifiedLayerNormalization", &[("epsilon", Any)]),
];

/// What is understood of an operator; `None` when it is not one of the compiled-in runtime.
pub(super) fn of(domain: &str, name: &str) -> Option<Attributes> {
    let among = |list: &[(&str, Attributes)]| {
        let found = list.iter().find(|(known, _)| *known == name);
        found.map(|(_, attributes)| *attributes)
    };
    match domain {
        ONNX | "ai.onnx" => match PLAIN.contains(&name) {
            true => Some(&[]),
            false => among(WITH_ATTRIBUTES),
        },
        ML => among(LEARNING),
        MICROSOFT => among(ADDED),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_the_runtime_has() {
        let onnx = tract_onnx::onnx();
        let lists = [WITH_ATTRIBUTES, LEARNING, ADDED];
        let listed = lists.iter().flat_map(|list| list.iter().map(|(name, _)| *name));
        for name in listed.chain(PLAIN.iter().copied()) {
            assert!(onnx.op_register.0.contains_key(name), "{name}");
        }
        assert!(of("", "Relu").is_some_and(<[_]>::is_empty));
        assert!(
            of("com.example", "Relu").is_none(),
            "another's operator of the same name"
        );
        assert!(of("", "Loop").is_none());
    }
}
