/** The autopsy of a signature: the mistake, what was signed, and the canonical request line by line, beside the client's own if pasted. */
import { useState } from "react";
import { CopyButton } from "../../components/copy";
import { TextField } from "../../components/field";
import { Moment } from "../../components/moment";
import { Card, Facts, Section } from "../../components/page";
import { inline } from "../../components/prose";
import { useTexts } from "../../language/language";
import { counted, filled, texts } from "../../language/texts";
import { kinds, type LineKind, linesOf, paired } from "./canonical";
import { Text } from "./compared";
import { differing } from "./differences";
import classes from "./evidence.module.css";
import type { Signature } from "./shapes";

const words = texts({
  title: ["Signature", "签名"],
  mistake: ["Mistake", "错误"],
  key: ["Key", "密钥 ID"],
  algorithm: ["Algorithm", "算法"],
  signedHeaders: ["Signed headers", "参与签名的请求头"],
  date: ["Client's date", "客户端时间"],
  server: ["Server's time", "服务器时间"],
  digest: ["Body digest", "请求体摘要"],
  matches: ["matches the body", "与请求体一致"],
  differs: ["does not match the body", "与请求体不一致"],
  canonical: ["Canonical request, line by line", "规范请求（逐行）"],
  canonicalAbout: [
    "This is what the server computed. The client's is not known here: paste it below to mark the lines that differ.",
    "以下是服务器计算出的规范请求。服务器不知道客户端的规范请求：将其粘贴到下方，即可标出不同的行。",
  ],
  line: ["Line", "行"],
  ours: ["The server's", "服务器"],
  theirs: ["The client's", "客户端"],
  paste: ["The client's canonical request", "客户端的规范请求"],
  none: ["no such line", "没有此行"],
  apart: filled(
    (n: number) => `${counted(n, "line differs", "lines differ")}.`,
    (n: number) => `有 ${n} 行不同。`,
  ),
  same: [
    "Both are the same: the secret differs, or the string to sign was built differently.",
    "两者一致：密钥不同，或待签字符串的构造方式不同。",
  ],
  toSign: ["String to sign", "待签字符串"],
});

const lineNames = texts({
  method: ["method", "请求方法"],
  path: ["path", "路径"],
  query: ["query", "查询参数"],
  header: ["header", "请求头"],
  blank: ["end of headers", "请求头结束"],
  signed_headers: ["signed headers", "签名头列表"],
  digest: ["body digest", "请求体摘要"],
});

export function SignatureSection({ signature }: { signature: Signature }) {
  const t = useTexts(words);
  const facts: [string, React.ReactNode][] = [
    [t.key, <code key="key">{signature.key}</code>],
    [t.algorithm, <code key="algorithm">{signature.algorithm}</code>],
    [t.signedHeaders, <code key="headers">{signature.signed_headers.join("; ") || "–"}</code>],
    [t.date, <code key="date">{signature.date ?? "–"}</code>],
    [t.server, <Moment key="server" at={signature.server_time} exact />],
  ];
  if (signature.digest_matches !== null)
    facts.push([t.digest, signature.digest_matches ? t.matches : t.differs]);
  if (signature.mistake) facts.unshift([t.mistake, <code key="mistake">{signature.mistake}</code>]);
  return (
    <Section title={t.title}>
      <Card>
        <Facts facts={facts} />
      </Card>
      {signature.advice && <p>{inline(signature.advice)}</p>}
      {signature.note && <p>{inline(signature.note)}</p>}
      {signature.canonical_request !== null && <Canonical text={signature.canonical_request} />}
      {signature.string_to_sign !== null && (
        <>
          <h3>{t.toSign}</h3>
          <Lines rows={linesOf(signature.string_to_sign).map((ours) => ({ ours, theirs: ours }))} />
        </>
      )}
    </Section>
  );
}

function Canonical({ text }: { text: string }) {
  const t = useTexts(words);
  const [pasted, setPasted] = useState("");
  const names = useTexts(lineNames);
  const ours = linesOf(text);
  const theirs = pasted.trim() === "" ? null : linesOf(pasted.replace(/\n+$/, ""));
  const known = kinds(ours);
  const pairs = theirs ? paired(ours, theirs) : ours.map((line, at) => ({ ours: line, theirs: line, at }));
  const apart = pairs.filter((pair) => pair.ours !== pair.theirs).length;
  const nameOf = (at: number) => names[known[Math.min(at, known.length - 1)] ?? ("header" as LineKind)];
  return (
    <>
      <h3>
        {t.canonical} <CopyButton text={text} />
      </h3>
      <p>{t.canonicalAbout}</p>
      <Lines
        rows={pairs.map((pair) => ({ ...pair, name: pair.ours === null ? "" : nameOf(pair.at) }))}
        beside={theirs !== null}
      />
      <div className={classes.paste}>
        <TextField label={t.paste} value={pasted} onChange={setPasted} lines={4} mono />
        <p role="status">{theirs && (apart > 0 ? t.apart(apart) : t.same)}</p>
      </div>
    </>
  );
}

interface Row {
  name?: string;
  ours: string | null;
  theirs: string | null;
}

function Lines({ rows, beside = false }: { rows: Row[]; beside?: boolean }) {
  const t = useTexts(words);
  return (
    <div className={classes.frame}>
      <table className={classes.lines}>
        {beside && (
          <thead>
            <tr>
              <th scope="col">{t.line}</th>
              <th scope="col">{t.ours}</th>
              <th scope="col">{t.theirs}</th>
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines keep their places.
            <tr key={index} className={row.ours === row.theirs ? "" : classes.apart}>
              {row.name !== undefined && <th scope="row">{row.name}</th>}
              <Side row={row} side="ours" />
              {beside && <Side row={row} side="theirs" />}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Side({ row, side }: { row: Row; side: "ours" | "theirs" }) {
  const t = useTexts(words);
  const text = row[side];
  if (text === null) return <td className={classes.none}>{t.none}</td>;
  const marks = row.ours !== null && row.theirs !== null ? differing(row.ours, row.theirs) : null;
  if (!marks) return <td>{text}</td>;
  return (
    <td>
      {side === "ours" ? <Text marked={marks[0]} tone="good" /> : <Text marked={marks[1]} tone="bad" />}
    </td>
  );
}
