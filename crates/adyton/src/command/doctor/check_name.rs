//! What is looked at, by name, and how it was found to be.

use adyton_core::language::{Language, phrase};

/// What a check looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CheckName {
    Configuration,
    DataFolder,
    Disk,
    Database,
    Ports,
    Control,
    Onnx,
    Kernel,
    OpenFiles,
    Cores,
    Clock,
    Server,
    Credentials,
    Headers,
    PublicUrl,
}

impl CheckName {
    /// Its name, in documents the English one.
    pub(crate) fn name_in(self, language: Language) -> &'static str {
        match self {
            Self::Configuration => phrase!(language, "configuration", "配置"),
            Self::DataFolder => phrase!(language, "data folder", "数据目录"),
            Self::Disk => phrase!(language, "disk", "磁盘"),
            Self::Database => phrase!(language, "database", "数据库"),
            Self::Ports => phrase!(language, "ports", "端口"),
            Self::Control => phrase!(language, "control", "控制监听"),
            Self::Onnx => phrase!(language, "ONNX", "ONNX"),
            Self::Kernel => phrase!(language, "kernel", "内核"),
            Self::OpenFiles => phrase!(language, "open files", "打开文件数"),
            Self::Cores => phrase!(language, "cores", "CPU 核数"),
            Self::Clock => phrase!(language, "clock", "时钟"),
            Self::Server => phrase!(language, "server", "服务器"),
            Self::Credentials => phrase!(language, "credentials", "凭证"),
            Self::Headers => phrase!(language, "headers", "请求头"),
            Self::PublicUrl => phrase!(language, "public url", "公开地址"),
        }
    }
}

/// How a check ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// As it should be.
    Fine,
    /// It works, but something is less than it could be.
    Note,
    /// It does not work.
    Wrong,
}

impl Verdict {
    /// All of them.
    pub(crate) const ALL: [Verdict; 3] = [Verdict::Fine, Verdict::Note, Verdict::Wrong];

    /// Its word, in documents the English one.
    pub(crate) fn word_in(self, language: Language) -> &'static str {
        match self {
            Self::Fine => phrase!(language, "fine", "正常"),
            Self::Note => phrase!(language, "note", "提示"),
            Self::Wrong => phrase!(language, "wrong", "错误"),
        }
    }
}
