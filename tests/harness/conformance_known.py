"""Where a runtime and a conformance case differ, with the reason. What is not listed here must be right, or refused by name."""

# Sums of many numbers: the expected one is nearly zero, and the order of adding decides the last digits.
ROUNDING: list[tuple[str, float, str]] = [
    (r"test_(dft|stft)", 5e-4, "sums of values up to some hundred, in float32"),
    (r"test_gru_(bidirectional|seq_length)", 1e-5, "differences of nearly equal numbers in float32"),
    (r"fp16|float16", 2e-3, "float16 has three digits; one of them is lost in another order of operations"),
]

# Answers of ONNX Runtime that the case does not expect.
WRONG: dict[str, list[tuple[str, str]]] = {
    "ONNX Runtime": [
        (r"test_training_dropout", "the numbers are random; each runtime has its own"),
        (
            r"test_attention_4d_with_past_and_present_qk_matmul_bias_[34]d_mask_causal",
            "its output of the scores has -infinity at other places than the case; the answer proper is right",
        ),
        (r"test_maxunpool_export_with_output_shape", "counts the indices in the shape that it infers, not in the one that is given"),
        (r"test_resize_downsample_scales_(cubic|linear)_align_corners", "stretches over the whole length, where the case counts its fraction"),
    ],
    "built-in": [],
}

# Calls that fail, where only an input decides whether they can.
AT_THE_CALL: dict[str, list[tuple[str, str]]] = {
    "ONNX Runtime": [
        (r"test_attention_4d_diff_heads_mask4d_padded_kv", "the length of the mask comes with the call"),
        (r"test_convinteger_with_padding", "the zero point comes with the call"),
        (r"test_reduce_max_empty_set_bool", "the set is empty"),
    ],
    "built-in": [
        (r"test_slice", "a bound behind the end of an axis whose length comes with the call"),
        (r"test_training_dropout", "whether it trains comes with the call"),
        (r"test_reduce_(max|min)_empty_set", "the largest of no numbers"),
        (r"_expanded$", "the largest of infinities alone, inside of a function's body"),
    ],
}

# Refusals whose text names nothing of the model.
UNNAMED: dict[str, list[tuple[str, str]]] = {
    "ONNX Runtime": [(r"test_strnormalizer", "it wants a locale that this machine may lack, and names that")],
    "built-in": [],
}

# What depends on the machine and is not counted.
UNCOUNTED: list[tuple[str, str]] = [(r"test_strnormalizer", "needs the locale en_US.UTF-8")]
