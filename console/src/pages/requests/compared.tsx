/** What would have passed beside what was there, with the differences marked. */
import type { ReactNode } from "react";
import { inline } from "../../components/prose";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { differing, type Marked } from "./differences";
import classes from "./evidence.module.css";
import type { Comparison, Nearest } from "./shapes";

const words = texts({
  what: ["Checked", "检查项"],
  expected: ["Expected", "期望"],
  received: ["Received", "实际收到"],
});

const parts = texts({
  prefix: ["prefix", "前缀"],
  service: ["service id", "服务 ID"],
  path: ["path", "路径"],
  method: ["method", "请求方法"],
  environment: ["environment", "环境"],
});

interface Pair {
  label: string;
  expected: string;
  received: string;
}

export function Compared({ label, rows }: { label: string; rows: readonly Comparison[] }) {
  return (
    <Pairs
      label={label}
      rows={rows.map(({ label: name, expected, got }) => ({ label: name, expected, received: got }))}
    />
  );
}

/** A published address that is close to a wrong one, part by part. */
export function Close({ nearest }: { nearest: Nearest }) {
  const names = useTexts(parts);
  const rows = nearest.differs.map(({ part, sent, published }) => ({
    label: part in names ? names[part as keyof typeof names] : part,
    expected: published,
    received: sent,
  }));
  return (
    <div className={classes.close}>
      <p>
        <code>
          {nearest.method} {nearest.path}
        </code>{" "}
        <bdi className={classes.owner}>{nearest.service_name ?? nearest.api_name}</bdi>
      </p>
      {rows.length > 0 && <Pairs label={nearest.path} rows={rows} />}
    </div>
  );
}

function Pairs({ label, rows }: { label: string; rows: readonly Pair[] }) {
  const t = useTexts(words);
  return (
    <div className={classes.frame}>
      <table className={classes.pairs} aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{t.what}</th>
            <th scope="col">{t.expected}</th>
            <th scope="col">{t.received}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const marks = differing(row.expected, row.received);
            return (
              <tr key={row.label}>
                <th scope="row">{row.label}</th>
                <td data-title={t.expected}>
                  {marks ? <Text marked={marks[0]} tone="good" /> : said(row.expected)}
                </td>
                <td data-title={t.received}>
                  {marks ? <Text marked={marks[1]} tone="bad" /> : said(row.received)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** An empty value is said to be one. */
function said(text: string): ReactNode {
  return text === "" ? "–" : inline(text);
}

export function Text({ marked, tone }: { marked: Marked; tone: "good" | "bad" }) {
  return (
    <>
      {marked.before}
      {marked.own !== "" && <mark className={classes[tone]}>{marked.own}</mark>}
      {marked.after}
    </>
  );
}
