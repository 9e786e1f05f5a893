//! Why a model's file does not load, cannot be tried or does not answer, in one table in both languages.
//!
//! These are causes: they are kept in English inside of events, notes and models, and read in their turn (`event_cause.rs`). What stands for
//! `cause`, `fault`, `runtime` and `during` is read too; what a runtime itself said stays as it is.

use crate::event_pattern::patterns;

patterns! {
    /// Why a model's file does not load, or does not answer for the first time. Those that say what to do at their end stand first.
    GraphProblem:
    OfFile { file, cause } = "model/{file}: {cause}" "model/{file}：{cause}";
    NotRetried { cause } = "{cause}; it will not be retried automatically; restart the service to retry"
        "{cause}；不会自动重试；如需重试，请重启服务";
    ServedAnyway { cause } = "the model produced no output during warm-up: {cause}; it is served anyway; to test it at deployment, add a body that it accepts as `model/example.json`"
        "模型预热时没有输出：{cause}；仍会提供服务；如需在部署时测试，请添加模型可接受的请求体 `model/example.json`";
    MayRunElsewhere { fault } = "{fault}; ONNX Runtime may support it (`adyton doctor --fix` installs it; then restart the server)"
        "{fault}；ONNX Runtime 可能支持（用 `adyton doctor --fix` 安装，然后重启服务器）";
    MayLoadElsewhere { cause } = "{cause}; ONNX Runtime may be able to (`adyton doctor --fix` installs it; then restart the server)"
        "{cause}；ONNX Runtime 可能支持（用 `adyton doctor --fix` 安装，然后重启服务器）";
    PutWeights { cause } = "{cause}; put the file of the weights, which the exporter wrote beside the graph, into `model/` under the name that the graph gives it"
        "{cause}；请将导出时与计算图一同生成的权重文件放入 `model/`，文件名与计算图中的一致";
    OlderOpset { cause } = "{cause}; export the model with an older opset (`target_opset`, `opset_version`), or name the library of a newer ONNX Runtime in `onnx.library` and restart the server"
        "{cause}；请以较旧的 opset 导出模型（`target_opset`、`opset_version`），或在 `onnx.library` 中指定更新的 ONNX Runtime 库并重启服务器";
    InstallLocale { cause } = "{cause}; install the locale that the model names on the server's machine (on Debian: `apt-get install locales-all`) and restart the server, or convert the model with the option `locale` = \"C.UTF-8\" of the text vectorizer"
        "{cause}；请在服务器所在机器上安装模型指定的语言环境（Debian 上：`apt-get install locales-all`）并重启服务器，或转换模型时将文本向量化器的 `locale` 选项设为 \"C.UTF-8\"";
    CheckModel { cause } = "{cause}; `onnx.checker.check_model(path, full_check=True)` in Python says more about the file"
        "{cause}；在 Python 中执行 `onnx.checker.check_model(path, full_check=True)` 可了解该文件的详情";
    OrIsolate { fault } = "{fault}, or let the model run in a process of its own (`onnx.isolation = \"auto\"`)"
        "{fault}，或让该模型在独立进程中运行（`onnx.isolation = \"auto\"`）";
    CannotRun { runtime, cause } = "the runtime ({runtime}) cannot run the model: {cause}; ONNX Runtime may be able to (`adyton doctor --fix` installs it; then restart the server); if the model answers other inputs than these, add a body that it accepts as `model/example.json`"
        "运行时（{runtime}）无法运行该模型：{cause}；ONNX Runtime 可能支持（用 `adyton doctor --fix` 安装，然后重启服务器）；如果模型只响应其他输入，请添加模型可接受的请求体 `model/example.json`";
    NoOperator { operators } = "the compiled-in runtime has no operator {operators}; install ONNX Runtime (`adyton doctor --fix`, then restart the server) or set `onnx.library` to its shared library"
        "内置运行时没有算子 {operators}；请安装 ONNX Runtime（`adyton doctor --fix`，然后重启服务器），或将 `onnx.library` 设为其共享库";
    Unreadable { cause } = "cannot be read as an ONNX model: {cause}" "无法作为 ONNX 模型读取：{cause}";
    NoGraph = "it has no graph" "其中没有计算图";
    NoMemoryCompiledIn = "there is no memory for the compiled-in runtime to prepare the model" "内置运行时没有足够的内存来准备该模型";
    NoMemory { runtime } = "there is no memory for {runtime} to prepare the model" "{runtime} 没有足够的内存来准备该模型";
    CompiledInCannotPrepare { cause } = "the compiled-in runtime cannot prepare the model: {cause}" "内置运行时无法准备该模型：{cause}";
    CannotPrepare { runtime, cause } = "{runtime} cannot prepare the model: {cause}" "{runtime} 无法准备该模型：{cause}";
    BuiltIn = "built-in" "内置";
    Output { output, what } = "output \"{output}\" is {what}, which JSON cannot show; cast it in the model to numbers of another type"
        "输出 \"{output}\" 为 {what}，JSON 无法表示；请在模型中将其转换为其他数值类型";
    InputNoTensor { input } = "input \"{input}\" is not a tensor; inputs must be tensors of numbers, booleans or strings"
        "输入 \"{input}\" 不是张量；输入必须为数值、布尔值或字符串的张量";
    InputUnusual { input } = "input \"{input}\" is a tensor of an unusual type; inputs must be tensors of numbers, booleans or strings"
        "输入 \"{input}\" 是不常见类型的张量；输入必须为数值、布尔值或字符串的张量";
    Input { input, what } = "input \"{input}\" is {what}; inputs must be tensors of numbers, booleans or strings"
        "输入 \"{input}\" 为 {what}；输入必须为数值、布尔值或字符串的张量";
    TensorAxes { axes, most } = "a tensor of {axes} axes, more than {most}" "{axes} 维张量，超过 {most} 维";
    TensorOf { element } = "a tensor of {element}" "{element} 张量";
    // What happened to the process that was to load it.
    Unavailable { problem } = "the model cannot be tried: {problem}" "无法试加载该模型：{problem}";
    TrialEnded = "the trial was ended before it was done" "试加载在完成之前被终止";
    LoadingEnded = "the loading was ended before it was done" "加载在完成之前被终止";
    WhileTried = "while it was tried in a process of its own" "在独立进程中试加载时";
    InOwnProcess = "in its own process" "在其独立进程中";
    SaidNothing { during } = "the model's process did not say what came of it {during}" "{during}，模型的进程没有给出结果";
    NotAnswered { limit } = "the model had not answered once after {limit} s, in a process of its own" "模型在独立进程中 {limit} 秒后仍未响应过一次";
    NotLoaded { limit } = "the model was not loaded after {limit} s, in a process of its own" "模型在独立进程中 {limit} 秒后仍未加载完成";
    SaidTooMuch { bytes, during } = "the runtime said more than {bytes} bytes about the model {during}" "{during}，运行时输出的模型信息超过 {bytes} 字节";
    TooManyPorts = "the model has too many inputs and outputs, or too long names" "模型的输入和输出过多，或名称过长";
    OutOfMemoryFor { during, mib, setting, cause } = "the model ran out of memory {during}; it may have {mib} MiB (`{setting}`): {cause}"
        "{during}，模型内存不足；最多可用 {mib} MiB（`{setting}`）：{cause}";
    OutOfMemory { during, mib, setting } = "the model ran out of memory {during}; it may have {mib} MiB (`{setting}`)"
        "{during}，模型内存不足；最多可用 {mib} MiB（`{setting}`）";
    OutOfStack { during, kib } = "the model ran out of stack {during}; its graph is nested too deeply for {kib} KiB (`onnx.load_stack`)"
        "{during}，模型的栈空间不足；对 {kib} KiB（`onnx.load_stack`）而言，计算图嵌套过深";
    Killed { during } = "the model's process was killed (signal 9) {during}, as the kernel does when the machine runs out of memory"
        "{during}，模型的进程被终止（信号 9），通常是因为机器内存不足";
    CrashedBy { signal, name, during } = "the runtime crashed with signal {signal} ({name}) {during}" "{during}，运行时崩溃（信号 {signal}，{name}）";
    Crashed { signal, during } = "the runtime crashed with signal {signal} {during}" "{during}，运行时崩溃（信号 {signal}）";
    Exited { code, during } = "the model's process ended with exit code {code} {during}" "{during}，模型的进程已退出（退出码 {code}）";
    ServerDied { times } = "the server died {times} times while it loaded the model" "服务器在加载该模型时已 {times} 次异常退出";
    NoProcess { problem } = "no process for the model: {problem}" "无法为模型启动进程：{problem}";
    ProcessLost { problem } = "the model's process is lost: {problem}" "模型的进程已失去联系：{problem}";
    ProcessSilent = "the model's process does not answer any more" "模型的进程不再响应";
    // What came of its first run.
    FirstRunPanicked = "the runtime panicked in the first run" "运行时在首次运行时崩溃";
    WithExample { unfit } = "with the package's example: {unfit}" "使用模型包中的示例：{unfit}";
    WithZeros { shapes, cause } = "with inputs {shapes} of zeros: {cause}" "输入 {shapes} 全为 0：{cause}";
    WithOnes { shapes, cause } = "with inputs {shapes} of ones: {cause}" "输入 {shapes} 全为 1：{cause}";
    // A declared schema that does not fit.
    SchemaOfData { at, fault } = "config.json: apis[{at}].request.data: {fault}" "config.json：apis[{at}].request.data：{fault}";
    Schema { at, fault } = "config.json: apis[{at}].{fault}" "config.json：apis[{at}]：{fault}";
    RowsOfOtherWidth { count, names, input, shape } = "req_data rows have {count} properties ({names}), but the model's input \"{input}\" is {shape}"
        "req_data 的每一行有 {count} 个属性（{names}），而模型的输入 \"{input}\" 为 {shape}";
    RowsOfNoInput { count } = "req_data rows need a model with one input of numbers [N,{count}], or one input for each property"
        "req_data 的行要求模型有一个数值输入 [N,{count}]，或每个属性各有一个输入";
    // Too many threads are kept by runs that do not end.
    ThreadsOfProject { count } = "{count} inference threads are kept by predictions of this project that cannot be ended, so no further ONNX model of it is loaded; replace or delete the models that they ran, and restart the server to free the threads"
        "该项目中无法终止的预测占用了 {count} 个推理线程，因此不再加载该项目的 ONNX 模型；请更换或删除这些预测所用的模型，并重启服务器以释放线程";
    ThreadsOfAll { count } = "{count} inference threads of this server are kept by predictions that cannot be ended, so no further ONNX model is loaded; ask an administrator to restart the server"
        "该服务器上无法终止的预测占用了 {count} 个推理线程，因此不再加载 ONNX 模型；请联系管理员重启服务器";
    Stuck { limit } = "a prediction was told to end and still runs after {limit} s; its thread was replaced, and the model is not called any more until the service is started again"
        "有预测在要求终止 {limit} 秒后仍在运行；其线程已被替换，在服务重新启动之前不再调用该模型";
    // Stands last: others end so too.
    OwnProcess { runtime } = "{runtime}, in a process of its own" "{runtime}，独立进程";
}

impl GraphProblem<'_> {
    /// As it is kept, of the file that is shown so: `model/m.onnx`.
    pub fn of_file(self, shown: &str) -> String {
        format!("{shown}: {}", self.kept())
    }
}
