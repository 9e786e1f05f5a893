/** One management call as the audit trail has it: what was changed, or why it was refused. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Schemas } from "../../api/client";
import { Moment } from "../../components/moment";
import { Card, Facts, Section } from "../../components/page";
import { inline, Prose } from "../../components/prose";
import { useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { useRequestLine } from "../requests/request-line";
import classes from "./audit.module.css";
import { useOperationName, useThingKind } from "./operations";

const words = texts({
  operation: ["Operation", "操作"],
  call: ["Call", "调用"],
  when: ["When", "时间"],
  caller: ["By", "操作者"],
  unproven: ["claimed, not proven", "未经证实"],
  source: ["From", "来源地址"],
  local: ["the server's own machine", "服务器本机"],
  about: ["Resource", "资源"],
  status: ["HTTP status", "HTTP 状态码"],
  code: ["Code", "错误码"],
  changes: ["What was changed", "变更内容"],
  field: ["Field", "字段"],
  from: ["Before", "变更前"],
  to: ["After", "变更后"],
  secret: ["secret, not recorded", "机密，不记录"],
  page: ["Cause and fix", "原因与处理"],
  similar: filled(
    (n: number) => `${n.toLocaleString("en")} more similar calls were counted but not kept.`,
    (n: number) => `另有 ${n} 次类似调用，仅计数，未逐条保留。`,
  ),
});

export function AuditedCall({ explained }: { explained: Schemas["AuditExplained"] }) {
  const t = useTexts(words);
  const operationName = useOperationName();
  const { record, cause, page } = explained;
  const { refusal } = record;
  return (
    <>
      <Card>
        <p className={classes.headline}>
          {refusal
            ? inline(cause || refusal.message)
            : operationName(record.operation, record.method, record.path)}
        </p>
        {refusal && cause && <p>{refusal.message}</p>}
        {refusal?.found && <p>{inline(refusal.found)}</p>}
        {record.similar > 0 && <p>{t.similar(record.similar)}</p>}
      </Card>
      <Facts facts={useFacts(record)} />
      {record.changes.length > 0 && <Changes changes={record.changes} />}
      {page && (
        <Section title={t.page}>
          <Prose text={page} />
        </Section>
      )}
    </>
  );
}

function useFacts(record: Schemas["AuditShown"]): [string, ReactNode][] {
  const t = useTexts(words);
  const kindOf = useThingKind();
  const operationName = useOperationName();
  const requestLine = useRequestLine();
  const { caller, thing, refusal } = record;
  const facts: [string, ReactNode][] = [
    [t.operation, operationName(record.operation, record.method, record.path)],
    [t.when, <Moment key="when" at={record.time} exact />],
    [t.source, record.source ? <code key="source">{record.source}</code> : t.local],
  ];
  // What is done at the server's machine is no call.
  if (record.method)
    facts.splice(1, 0, [t.call, <code key="call">{requestLine(record.method, record.path)}</code>]);
  if (caller)
    facts.push([
      t.caller,
      <span key="caller">
        <bdi>{caller.name || caller.id}</bdi> <code>{caller.way}</code> {!caller.is_proven && t.unproven}
      </span>,
    ]);
  if (thing)
    facts.push([
      t.about,
      <span key="thing">
        {kindOf(thing.kind)} <bdi>{thing.name}</bdi> <code>{thing.id}</code>
      </span>,
    ]);
  if (record.status > 0) facts.push([t.status, String(record.status)]);
  if (refusal?.code)
    facts.push([
      t.code,
      <Link key="code" href={`/errors/${refusal.code}#${refusal.reason}`}>
        <code>{refusal.code}</code> <code>{refusal.reason}</code>
      </Link>,
    ]);
  return facts;
}

function Changes({ changes }: { changes: Schemas["AuditChange"][] }) {
  const t = useTexts(words);
  const value = (text: string | null | undefined) => (text == null ? "–" : <bdi>{text}</bdi>);
  return (
    <Section title={t.changes}>
      <Card>
        <table className={classes.changes}>
          <thead>
            <tr>
              <th scope="col">{t.field}</th>
              <th scope="col">{t.from}</th>
              <th scope="col">{t.to}</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <tr key={change.field}>
                <th scope="row">
                  <code>{change.field}</code>
                </th>
                <td>{change.is_secret ? t.secret : value(change.from)}</td>
                <td>{change.is_secret ? t.secret : value(change.to)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Card>
    </Section>
  );
}
