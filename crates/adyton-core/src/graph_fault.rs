//! What in a graph a runtime cannot take, or what it meets in a run, in one table in both languages.
//!
//! They are kept in English as the causes are in which they stand (`event_cause.rs`). Names of operators, attributes and nodes stay as the
//! graph has them.

use crate::event_pattern::patterns;

patterns! {
    /// What is wrong with a graph, where. What is about a node alone stands behind what is about more of it.
    GraphFault:
    // More than a graph may hold.
    GraphsInGraphs { graph, most } = "graph \"{graph}\": lies in more than {most} graphs of operators such as If and Loop; export the model with fewer"
        "计算图 \"{graph}\"：嵌套在 `If`、`Loop` 等算子的超过 {most} 层计算图中；请减少嵌套后导出模型";
    InputAxisLong { name, axis, bytes, most } = "input \"{name}\": the name of axis {axis} has {bytes} bytes, more than {most}; give the axis (`dim_param`) a short name"
        "输入 \"{name}\"：第 {axis} 维的名称有 {bytes} 字节，超过 {most} 字节；请为该维度（`dim_param`）取简短的名称";
    OutputAxisLong { name, axis, bytes, most } = "output \"{name}\": the name of axis {axis} has {bytes} bytes, more than {most}; give the axis (`dim_param`) a short name"
        "输出 \"{name}\"：第 {axis} 维的名称有 {bytes} 字节，超过 {most} 字节；请为该维度（`dim_param`）取简短的名称";
    ValueAxisLong { name, axis, bytes, most } = "value \"{name}\": the name of axis {axis} has {bytes} bytes, more than {most}; give the axis (`dim_param`) a short name"
        "中间值 \"{name}\"：第 {axis} 维的名称有 {bytes} 字节，超过 {most} 字节；请为该维度（`dim_param`）取简短的名称";
    InputAxisDeep { name, axis, most } = "input \"{name}\": the name of axis {axis} nests more than {most} brackets and signs; give the axis (`dim_param`) a short name"
        "输入 \"{name}\"：第 {axis} 维的名称中括号和正负号嵌套超过 {most} 层；请为该维度（`dim_param`）取简短的名称";
    OutputAxisDeep { name, axis, most } = "output \"{name}\": the name of axis {axis} nests more than {most} brackets and signs; give the axis (`dim_param`) a short name"
        "输出 \"{name}\"：第 {axis} 维的名称中括号和正负号嵌套超过 {most} 层；请为该维度（`dim_param`）取简短的名称";
    ValueAxisDeep { name, axis, most } = "value \"{name}\": the name of axis {axis} nests more than {most} brackets and signs; give the axis (`dim_param`) a short name"
        "中间值 \"{name}\"：第 {axis} 维的名称中括号和正负号嵌套超过 {most} 层；请为该维度（`dim_param`）取简短的名称";
    EquationLong { node, bytes, most } = "node \"{node}\" (Einsum): the equation has {bytes} bytes, more than {most}"
        "节点 \"{node}\"（`Einsum`）：算式有 {bytes} 字节，超过 {most} 字节";
    // Numbers that no operator has.
    OutOfRange { attribute, operator, node, number, from, to } = "`{attribute}` of {operator} (node \"{node}\") is {number}, and must be from {from} to {to}"
        "`{operator}`（节点 \"{node}\"）的 `{attribute}` 为 {number}，必须在 {from} 到 {to} 之间";
    NoPermutation { axes, node } = "`perm` = {axes} of Transpose (node \"{node}\") does not name each axis once"
        "`Transpose`（节点 \"{node}\"）的 `perm` = {axes} 没有恰好列出每一维一次";
    PadsBeyondKernel { operator, node } = "`pads` of {operator} (node \"{node}\") must be less than the kernel, which would see nothing else"
        "`{operator}`（节点 \"{node}\"）的 `pads` 必须小于卷积核，否则卷积核只能看到填充";
    StepZero { operator, node } = "{operator} (node \"{node}\") has a step of 0" "`{operator}`（节点 \"{node}\"）的步长为 0";
    CountNegative { operator, node } = "{operator} (node \"{node}\") has a negative count" "`{operator}`（节点 \"{node}\"）的个数为负";
    AxisFar { operator, node } = "{operator} (node \"{node}\") has an axis that no tensor has" "`{operator}`（节点 \"{node}\"）的维度超出任何张量的范围";
    ScaleNotPositive { operator, node } = "{operator} (node \"{node}\") has a scale that is not above 0" "`{operator}`（节点 \"{node}\"）的缩放比例不大于 0";
    AxisOutside { operator, node, axis, rank } = "`axis` of {operator} (node \"{node}\") is {axis}, and its input has {rank} axes"
        "`{operator}`（节点 \"{node}\"）的 `axis` 为 {axis}，而其输入有 {rank} 维";
    // What the compiled-in runtime would compute otherwise.
    OperatorSet { version, domain, first, last } = "operator set {version} of {domain} is not one of {first} to {last}; export the model with one of these"
        "不支持 `{domain}` 的算子集 {version}，支持的范围为 {first} 到 {last}；请以该范围内的版本导出模型";
    TensorType { tensor } = "the compiled-in runtime does not support the type of the tensor \"{tensor}\"" "内置运行时不支持张量 \"{tensor}\" 的类型";
    WithAutoPad { fault } = "{fault} with `auto_pad`, or where lengths of an input are open" "{fault}（与 `auto_pad` 同用，或输入有长度未定的维度时）";
    OldOperator { operator, version } = "the compiled-in runtime does not support {operator} of operator set {version}; export the model with a newer one"
        "内置运行时不支持算子集 {version} 的 `{operator}`；请以更新的算子集导出模型";
    Training { operator, node } = "the compiled-in runtime does not support {operator} for training (node \"{node}\" has no `is_test` = 1)"
        "内置运行时不支持用于训练的 `{operator}`（节点 \"{node}\" 没有 `is_test` = 1）";
    OpenBranches { operator, node } = "the compiled-in runtime does not support this {operator} (node \"{node}\"): what its branches or its body give must be known when the model is loaded, and be of one type and shape"
        "内置运行时不支持该 `{operator}`（节点 \"{node}\"）：其分支或循环体的结果必须在加载模型时已知，且类型和形状一致";
    Attribute { attribute, value, operator, node } = "the compiled-in runtime does not support `{attribute}`{value} of {operator} (node \"{node}\")"
        "内置运行时不支持 `{operator}` 的 `{attribute}`{value}（节点 \"{node}\"）";
    NotSupported { what, node } = "the compiled-in runtime does not support {what} (node \"{node}\")" "内置运行时不支持{what}（节点 \"{node}\"）";
    OfThisSize { operator } = "{operator} of this size" "如此大的 `{operator}`";
    PadNegative = "Pad with a negative number" "带负数的 `Pad`";
    NormalizerBare = "Normalizer without `norm`" "没有 `norm` 的 `Normalizer`";
    OneModelForTwo = "LinearClassifier of two classes with one row of coefficients, but with `post_transform` = \"LOGISTIC\""
        "只有一行系数的二分类 `LinearClassifier`（`post_transform` = \"LOGISTIC\" 除外）";
    TreesLeafLists = "TreeEnsembleClassifier whose lists for the leaves differ in length" "叶节点各列表长度不一致的 `TreeEnsembleClassifier`";
    TreesNoLabel = "TreeEnsembleClassifier with a class that has no label" "有类别缺少标签的 `TreeEnsembleClassifier`";
    TreesFewClasses = "TreeEnsembleClassifier of fewer than two classes" "少于两个类别的 `TreeEnsembleClassifier`";
    TreesUnreached = "TreeEnsembleClassifier with negative weights and a class that is not always reached"
        "有负权重且有类别不一定能到达的 `TreeEnsembleClassifier`";
    TreesSecondWeights = "TreeEnsembleClassifier of two classes with weights for the second" "第二类带权重的二分类 `TreeEnsembleClassifier`";
    TreesTwoBases = "TreeEnsembleClassifier of two classes with two base values" "有两个基准值的二分类 `TreeEnsembleClassifier`";
    TreesAfter { after } = "TreeEnsembleClassifier of two classes with `post_transform` = \"{after}\" and these weights"
        "采用 `post_transform` = \"{after}\" 且权重如此的二分类 `TreeEnsembleClassifier`";
    TreesMode { mode } = "TreeEnsembleClassifier with `{mode}`" "带 `{mode}` 的 `TreeEnsembleClassifier`";
    TreesNodeLists = "TreeEnsembleClassifier whose lists for the nodes differ in length" "节点各列表长度不一致的 `TreeEnsembleClassifier`";
    TreesNumbers = "TreeEnsembleClassifier whose nodes are not numbered from 0 in each tree, or do not make a tree"
        "节点未在每棵树中从 0 编号、或不构成树的 `TreeEnsembleClassifier`";
    BooleansReduced { operator, node } = "{operator} (node \"{node}\") of booleans is not supported" "不支持对布尔值使用 `{operator}`（节点 \"{node}\"）";
    FloatsToTexts { node } = "Cast (node \"{node}\") of floats to texts is not known" "不支持将浮点数转换为文本的 `Cast`（节点 \"{node}\"）";
    TreesOfDoubles { node } = "an ensemble of trees (node \"{node}\") of float64 is not known: convert the model for float32"
        "不支持 `float64` 的树集成（节点 \"{node}\"）：请将模型转换为 `float32`";
    DropoutTraining { node } = "Dropout (node \"{node}\") in training mode is not supported" "不支持训练模式的 `Dropout`（节点 \"{node}\"）";
    TextsInside { operator, node, outer } = "{operator} (node \"{node}\") of texts inside {outer} is not supported"
        "不支持在 `{outer}` 中对文本使用 `{operator}`（节点 \"{node}\"）";
    TopKInside { node, outer } = "TopK (node \"{node}\") inside {outer} is not supported" "不支持 `{outer}` 中的 `TopK`（节点 \"{node}\"）";
    ShortOutputShape { node } = "ConvTranspose (node \"{node}\") with an `output_shape` shorter than what it makes is not supported"
        "不支持 `output_shape` 小于其结果的 `ConvTranspose`（节点 \"{node}\"）";
    ReducesNothing = "ReduceMax and ReduceMin of no elements are not supported" "不支持对空张量使用 `ReduceMax` 和 `ReduceMin`";
    NothingMakes { names } = "nothing in the graph makes {names}" "计算图中没有产生 {names} 的节点";
    // What could end the process in ONNX Runtime.
    DividesByMinusOne { node, version } = "node \"{node}\" (Div) may divide an integer by -1, which can end the process in ONNX Runtime; export the model with opset {version} or newer"
        "节点 \"{node}\"（`Div`）可能将整数除以 -1，这会使 ONNX Runtime 的进程崩溃；请以 opset {version} 或更新的版本导出模型";
    ReversesOneAxis { node, input } = "node \"{node}\" (ReverseSequence) ends the process in ONNX Runtime when it is given one axis, and input \"{input}\" leaves open how many it has; export the model with the axes of its inputs"
        "节点 \"{node}\"（`ReverseSequence`）收到一维输入时会使 ONNX Runtime 的进程崩溃，而输入 \"{input}\" 没有声明维数；请在导出模型时声明输入的各维";
    StepOfFrames { node } = "node \"{node}\" (STFT) ends the process in ONNX Runtime when the step between frames is 0, and its step is not a constant of the graph other than 0; export the model with a constant step"
        "节点 \"{node}\"（`STFT`）在帧间步长为 0 时会使 ONNX Runtime 的进程崩溃，而其步长不是计算图中非 0 的常量；请以常量步长导出模型";
    ForeignDomain { node, operator, domain } = "node \"{node}\" ({operator}) is of the domain \"{domain}\", of whose operators it is not known over which inputs they crash in ONNX Runtime"
        "节点 \"{node}\"（`{operator}`）属于域 \"{domain}\"，无法确定该域的算子在 ONNX Runtime 中会因哪些输入崩溃";
    CrashesWhenEmpty { node, operator } = "node \"{node}\" ({operator}) crashes in ONNX Runtime over a tensor without elements, and may be given one that becomes empty in the graph"
        "节点 \"{node}\"（`{operator}`）在 ONNX Runtime 中遇到空张量会崩溃，而计算图中的张量可能变为空";
    // What a run meets.
    RunEnded = "the run was ended before it was done" "运行在完成之前被终止";
    TooLarge = "the prediction was ended because the models of this server took more memory than `onnx.memory` allows; send less at once"
        "预测已被终止，因为该服务器上的模型占用的内存超过 `onnx.memory` 的限制；请减少单次发送的数据";
    AnswerLarge { most } = "the model's answer has more than {most} bytes; send less at once" "模型的结果超过 {most} 字节；请减少单次发送的数据";
    AnswerTooLong = "the model's answer is longer than 256 MiB, or than the memory that is left (`onnx.memory`); send less at once"
        "模型的结果超过 256 MiB，或超过剩余的内存（`onnx.memory`）；请减少单次发送的数据";
    AsksNothing = "it asks the model for nothing" "没有向模型请求任何内容";
    OutputAxes { axes, most } = "an output has {axes} axes, more than {most}" "有输出达到 {axes} 维，超过 {most} 维";
    Panicked = "the runtime panicked" "运行时崩溃";
    PanickedOver { problem } = "the runtime panicked: {problem}" "运行时崩溃：{problem}";
    DividesByZero { place } = "{place} cannot divide integers: the divisor is 0, or the quotient has no room in its type"
        "`{place}` 无法做整数除法：除数为 0，或商超出其类型的范围";
    NoElements { input, operator } = "inputs.{input}: no elements, over which {operator} crashes in ONNX Runtime; send at least one"
        "inputs.{input}：没有元素，会使 ONNX Runtime 中的 `{operator}` 崩溃；请至少发送一个";
    InputSmall { length, value } = "the input is too small: an axis of {length} would have {value} elements" "输入过小：长度为 {length} 的维度将有 {value} 个元素";
    WindowLarge { node, kernel, side } = "the window of node \"{node}\" is larger than the image: {kernel} along an axis of {side}"
        "节点 \"{node}\" 的窗口大于图像：窗口为 {kernel}，而该维长度为 {side}";
    TopKMany { count, axis, length } = "TopK: k is {count}, and axis {axis} has {length} elements" "`TopK`：k 为 {count}，而第 {axis} 维有 {length} 个元素";
    ReflectsMany { before, after, length } = "Pad: {before} and {after} elements are to be reflected of an axis of {length}"
        "`Pad`：要从长度为 {length} 的维度镜像 {before} 和 {after} 个元素";
    NoSteps = "a recurrent operator was given a sequence without steps" "循环算子收到的序列没有任何时间步";
    ExtremeOfNothing = "ReduceMax or ReduceMin of nothing, or of infinities alone" "`ReduceMax` 或 `ReduceMin` 的输入为空，或全为无穷大";
    NoIndices { operator } = "{operator} without indices" "`{operator}` 没有索引";
    IndexWide { operator, depth, axes } = "{operator}: an index of {depth} numbers for {axes} axes" "`{operator}`：{depth} 个数的索引用于 {axes} 维";
    IndexOutside { operator, index, length } = "{operator}: the index {index} is out of range for an axis of {length} elements"
        "`{operator}`：索引 {index} 超出有 {length} 个元素的维度";
    OneInput = "DynamicQuantizeLinear takes one input" "`DynamicQuantizeLinear` 只接受一个输入";
    OptionalOutput = "an optional output cannot be shown as JSON" "可选输出无法表示为 JSON";
    OutputOf { kind } = "an output of {kind} cannot be shown as JSON" "`{kind}` 类型的输出无法表示为 JSON";
    NotAMap = "not a map" "不是映射";
    NotATensor = "not a tensor" "不是张量";
    MapWithoutKeys = "a map without keys" "映射没有键";
    ScoresOfOtherType = "ZipMap: the scores are not float32" "`ZipMap`：得分不是 `float32`";
    LabelsUnfit { labels, shape } = "ZipMap: {labels} labels for scores of shape {shape}" "`ZipMap`：{labels} 个标签，而得分的形状为 {shape}";
    NoClassNumbers = "the classifier gave no class numbers" "分类器没有给出类别编号";
}
