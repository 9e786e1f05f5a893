//! `adyton console`: a link that signs in at the web console.

use std::process::{Command, Stdio};

use adyton_api::adyton::sessions::SessionLink;
use clap::Args;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::moment::moment;
use crate::said;

/// Print a link that signs you in to the web console, once
#[derive(Args)]
#[command(after_help = "Examples:
  adyton console
  adyton console --open")]
pub struct Console {
    /// Open it in your browser; others on this machine may see the link among its processes
    #[arg(long)]
    open: bool,
}

impl Console {
    /// Gets the link, and prints or opens it.
    pub fn run(self, context: &Context) -> Outcome {
        let link = context.client()?.sign_in_link()?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&link);
        } else {
            terminal.print(link.url.as_str());
            terminal.note(said!(
                "signs you in once, until {}",
                "可登录一次，有效期至 {}",
                moment(&link.expires_at)
            ));
        }
        match self.open {
            true => open(&link, OPENER),
            false => Ok(()),
        }
    }
}

/// What opens an address in the browser that somebody has chosen.
const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else {
    "xdg-open"
};

fn open(link: &SessionLink, opener: &str) -> Outcome {
    let quiet = Stdio::null;
    let started = Command::new(opener)
        .arg(&link.url)
        .stdin(quiet())
        .stdout(quiet())
        .stderr(quiet())
        .status();
    match started {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Failure::failed(said!(
            "`{opener}` did not open the browser",
            "`{opener}` 没有打开浏览器"
        ))
        .hint(said!(
            "copy the link above into a browser",
            "请将上面的链接复制到浏览器中"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_no_browser_is_told_to_copy_the_link() {
        let link = SessionLink {
            url: "http://127.0.0.1/console/sign-in#secret".to_owned(),
            expires_at: String::new(),
        };
        assert!(open(&link, "true").is_ok());
        for none in ["false", "/nowhere/xdg-open"] {
            let told = open(&link, none).unwrap_err().to_string();
            assert!(told.contains(none) && !told.contains("secret"), "{told}");
        }
    }
}
