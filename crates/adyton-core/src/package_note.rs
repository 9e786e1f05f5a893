//! What an import tells beside its success, in one table in both languages. It is kept with the model in English, and read in its turn.

use crate::event_pattern::patterns;

patterns! {
    /// What the people of a model should know, although it was imported.
    PackageNote:
    IgnoredFor { field, why } = "ignored: `{field}` ({why})" "未使用：`{field}`（{why}）";
    Ignored { field } = "ignored: `{field}`" "未使用：`{field}`";
    More { count } = "and {count} more" "另有 {count} 项";
    NothingInstalled = "nothing is installed; a program finds what is on this machine and in its package" "不会安装任何内容；程序使用本机和模型包中已有的内容";
    RuntimeShown = "it is shown; programs run with what is on this machine" "仅用于显示；程序使用本机已有的环境运行";
    OnProcessors = "models run on the processor" "模型在 CPU 上运行";
    DeploymentDecides = "the service's deployment decides" "由服务的部署配置决定";
    HealthIsAsked = "`health` is asked as long as an instance runs" "实例运行期间始终使用 `health` 检查";
    NoImages = "there are no container images" "不使用容器镜像";
    ConfigReplaced = "the request's `initial_config` stands in for the package's config.json" "请求中的 `initial_config` 替代模型包中的 `config.json`";
    FieldReplaced { field } = "the request's `{field}` stands in for that of config.json" "请求中的 `{field}` 替代 `config.json` 中的同名字段";
    NoShell { word, program } = "no shell reads `command`: the program gets `{word}` as it stands; for variables write [\"sh\", \"-c\", \"exec {program} …\"]"
        "`command` 不经 shell 解析：程序原样收到 `{word}`；如需使用变量，请写 [\"sh\", \"-c\", \"exec {program} …\"]";
    OddPattern { at, url, name } = "apis[{at}].url: \"{url}\" has braces or `*` that are taken to the letter: only a whole part in braces, `{name}`, and a final `/*` stand for other paths"
        "apis[{at}].url：\"{url}\" 中的花括号或 `*` 按字面匹配：只有整段花括号 `{name}` 和末尾的 `/*` 表示其他路径";
}
