//! What the reader of JSON says of a text that is no JSON: its words, which records keep as they came, and their Chinese.

use crate::event_pattern::patterns;

patterns! {
    /// Where a text is no JSON, and why. What the reader says of a place stands first.
    JsonProblem:
    At { cause, line, column } = "{cause} at line {line} column {column}" "{cause}（第 {line} 行，第 {column} 列）";
    TrailingComma = "trailing comma" "末尾有多余的逗号";
    TrailingCharacters = "trailing characters" "JSON 结束后还有内容";
    EndsInList = "EOF while parsing a list" "数组没有结束";
    EndsInObject = "EOF while parsing an object" "对象没有结束";
    EndsInString = "EOF while parsing a string" "字符串没有结束";
    EndsInValue = "EOF while parsing a value" "值没有结束";
    ValueExpected = "expected value" "此处应为值";
    IdentExpected = "expected ident" "此处应为 `true`、`false` 或 `null`";
    ColonExpected = "expected `:`" "此处应为 `:`";
    GoesOn { end } = "expected `,` or {end}" "此处应为 `,` 或 {end}";
    QuoteExpected = "expected `\"`" "此处应为 `\"`";
    KeyNoString = "key must be a string" "键必须为字符串";
    KeyNoNumber = "invalid value: expected key to be a number in quotes" "键必须为带引号的数字";
    BadEscape = "invalid escape" "转义不正确";
    BadNumber = "invalid number" "数字不正确";
    NumberOutOfRange = "number out of range" "数字超出范围";
    BadCodePoint = "invalid unicode code point" "不是合法的字符编码";
    ControlCharacter = "control character (\\u0000-\\u001F) found while parsing a string" "字符串中有控制字符（`\\u0000`-`\\u001F`）";
    LoneSurrogate = "lone leading surrogate in hex escape" "转义中的代理对不完整";
    EscapeEnds = "unexpected end of hex escape" "十六进制转义没有结束";
    TooDeep = "recursion limit exceeded" "嵌套过深";
    // What it met and what was to be there.
    WrongType { met, wanted } = "invalid type: {met}, expected {wanted}" "类型不正确：收到{met}，应为{wanted}";
    WrongValue { met, wanted } = "invalid value: {met}, expected {wanted}" "取值不正确：收到{met}，应为{wanted}";
    Boolean { value } = "boolean `{value}`" "布尔值 `{value}`";
    Integer { value } = "integer `{value}`" "整数 `{value}`";
    Float { value } = "floating point `{value}`" "小数 `{value}`";
    Text { value } = "string \"{value}\"" "字符串 \"{value}\"";
    Null = "null" "`null`";
    UnitValue = "unit value" "`null`";
    Sequence = "sequence" "数组";
    Map = "map" "对象";
    RowObject = "a row: an object of columns" "行（由列组成的对象）";
    RowList = "a list of rows" "行的列表";
    WithData = "an object with \"data\"" "含 \"data\" 的对象";
    WithUuid = "an object with \"uuid\"" "含 \"uuid\" 的对象";
    WithRows = "an object with \"req_data\"" "含 \"req_data\" 的对象";
    WithInputs = "an object with \"inputs\"" "含 \"inputs\" 的对象";
    Twice { name } = "duplicate field {name}" "字段 {name} 出现了两次";
    Key = "a key" "键";
    ColumnName = "the name of a column" "列名";
    InputName = "the name of an input" "输入的名称";
    UnderInputs = "an object of tensors under \"inputs\"" "\"inputs\" 下由张量组成的对象";
    // What was to be there, or was, in words of ours.
    Number = "a number" "数字";
    NumberOf { kind } = "a number ({kind})" "数字（{kind}）";
    TextOf { kind } = "a text ({kind})" "文本（{kind}）";
    TheText { value } = "the text \"{value}\"" "文本 \"{value}\"";
    List = "a list" "列表";
    Object = "an object" "对象";
    Tensors { inputs } = "an object of tensors, {inputs}" "由张量组成的对象 {inputs}";
    AnyShape { element } = "{element} of any shape" "任意形状的 {element}";
}
