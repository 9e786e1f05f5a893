//! A configuration file with every setting at its default, commented out: to be copied and changed.

use super::reference::lines;
use super::section::CHAPTERS;
use super::setting::Setting;

/// The file, as TOML.
pub(crate) fn file() -> String {
    let mut file = String::from(
        "# Every setting of Adyton with its default. Take the `#` away from those that you change.\n",
    );
    for chapter in CHAPTERS {
        file.push('\n');
        comment(&mut file, chapter.about);
        if !chapter.name.is_empty() {
            file.push_str(&format!("[{}]\n", chapter.name));
        }
        for setting in chapter.settings {
            file.push('\n');
            comment(&mut file, setting.about);
            let key = setting.name.rsplit('.').next().unwrap_or(setting.name);
            file.push_str(&format!("#{key} = {}\n", value(setting)));
        }
    }
    file
}

/// A doc comment as a comment of the file.
fn comment(file: &mut String, about: &str) {
    for line in lines(about) {
        file.push_str(&format!("# {line}\n"));
    }
}

/// The default as TOML writes it.
fn value(setting: &Setting) -> String {
    match setting.default {
        "" if setting.list => "[]".to_owned(),
        "true" | "false" => setting.default.to_owned(),
        number if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => number.to_owned(),
        text => format!("\"{text}\""),
    }
}
