// Texts as literals of each language. A path or a body comes from whoever packed the model: none may end its literal.

/** Characters that nobody sees, some of which change the order of those around them. */
const HIDDEN = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** A text without halves of characters, which cannot be sent. */
export function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}

/** One word of a POSIX shell. */
export function shell(text: string): string {
  return `'${wellFormed(text).replaceAll("'", "'\\''")}'`;
}

/** A literal that Python, JavaScript, Go and JSON read alike. */
export function script(text: string): string {
  return JSON.stringify(wellFormed(text)).replace(HIDDEN, escaped);
}

/** A literal of Go: raw over several lines where that is possible. */
export function go(text: string): string {
  const raw = text.includes("\n") && !/[`\r]/.test(text) && !hasControls(text);
  return raw ? `\`${wellFormed(text)}\`` : script(text);
}

/** A literal of Java: a text block over several lines. */
export function java(text: string, indent: string): string {
  // A compiler reads \u before anything else, in comments and literals too; what it means is written as it is.
  if (!text.includes("\n") || text.includes("\r") || hasControls(text) || / \n/.test(`${text}\n`))
    return javaLine(text);
  const lines = wellFormed(text).replaceAll("\\", "\\\\").replaceAll('"""', '\\"""').split("\n");
  // The end mark counts as a line too, where it stands alone.
  const last = lines.length - 1;
  return `"""\n${lines.map((line, at) => (line === "" && at < last ? "" : indent + line)).join("\n")}"""`;
}

function javaLine(text: string): string {
  const octal = (letter: string): string => `\\${letter.charCodeAt(0).toString(8).padStart(3, "0")}`;
  return `"${wellFormed(text)
    .replace(/["\\]/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replace(/[^ -~\u0080-\uffff]/g, octal)
    .replace(HIDDEN, escaped)}"`;
}

function hasControls(text: string): boolean {
  return /[^\n -~\u0080-\uffff]/.test(text) || text.search(HIDDEN) >= 0;
}

function escaped(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
