/** The catalogue: every refusal, searchable in both languages; the four of the founding page first. */
import { useDeferredValue, useMemo } from "react";
import { Link } from "wouter";
import { Badge, toneOfHttp } from "../../components/badge";
import { Empty, Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { SearchField } from "../../components/field";
import { Page, Section } from "../../components/page";
import { type Column, Table } from "../../components/table";
import { useTexts } from "../../language/language";
import { counted, filled, texts } from "../../language/texts";
import { useChoices } from "../../routing/choices";
import {
  type Code,
  causesOf,
  FOUNDING,
  type Hit,
  keyOf,
  search,
  useCatalogue,
  useOtherCatalogue,
} from "./catalogue";
import classes from "./errors.module.css";
import { useMeaning } from "./meanings";

const words = texts({
  title: ["Errors", "错误码"],
  about: ["Every refusal: what causes it, and how to fix it.", "每一种拒绝：原因与处理方法。"],
  search: ["Search codes, causes and fixes", "搜索错误码、原因与处理方法"],
  founding: ["The four most common", "最常见的四种"],
  found: filled(
    (n: number) => counted(n, "matching code", "matching codes"),
    (n: number) => `找到 ${n} 个错误码`,
  ),
  nothing: ["No matching codes", "没有符合条件的错误码"],
  nothingWhy: [
    "Search for a code, a sub-code or a word of the message.",
    "请搜索错误码、子错误码，或提示信息中的词语。",
  ],
  code: ["Code", "错误码"],
  message: ["Message", "提示信息"],
  fault: ["Whose fault", "责任方"],
  causes: ["Causes", "原因"],
});

export default function ErrorsPage() {
  const t = useTexts(words);
  const meaning = useMeaning();
  const [{ search: typed }, choose] = useChoices(["search"]);
  const text = useDeferredValue(typed.trim());
  const { data, error, refetch } = useCatalogue();
  const { data: other } = useOtherCatalogue(text !== "");
  const hits = useMemo(() => data && search(data, other, text), [data, other, text]);
  const planes = [...new Set(data?.map((code) => code.plane))];
  return (
    <Page title={t.title} about={t.about}>
      <search className={classes.search}>
        <SearchField label={t.search} value={typed} onChange={(value) => choose({ search: value })} />
      </search>
      {error && <FailureNote error={error} retry={() => void refetch()} />}
      {!hits && !error && <Skeleton lines={8} />}
      {data && text === "" && <Founding catalogue={data} />}
      {hits && text !== "" && <p role="status">{t.found(hits.length)}</p>}
      {hits?.length === 0 && (
        <Empty icon="book" title={t.nothing}>
          {t.nothingWhy}
        </Empty>
      )}
      {planes.map((plane) => {
        const rows = hits?.filter(({ code }) => code.plane === plane) ?? [];
        return (
          rows.length > 0 && (
            <Section key={plane} title={meaning(plane)}>
              <Codes label={meaning(plane)} rows={rows} />
            </Section>
          )
        );
      })}
    </Page>
  );
}

function Founding({ catalogue }: { catalogue: readonly Code[] }) {
  const t = useTexts(words);
  const codes = FOUNDING.flatMap((name) => {
    const all = catalogue.filter((code) => code.error_code === name && code.plane === "gateway");
    // Of the several statuses of one code, the one that is met is the body that is too large.
    return (all.find((code) => code.status === 413) ?? all[0]) || [];
  });
  return (
    <Section title={t.founding}>
      <ul className={classes.founding}>
        {codes.map((code) => (
          <li key={code.error_code}>
            <Link href={`/errors/${code.error_code}`} className={classes.card}>
              <span className={classes.cardHead}>
                <strong>{code.error_code}</strong>
                <Badge tone={toneOfHttp(code.status)}>{code.status}</Badge>
              </span>
              <span>{code.error_msg}</span>
              <span className={classes.cardAbout}>{firstSentence(causesOf(code.page).about)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** The first sentence of a text. */
function firstSentence(text: string): string {
  return /^.*?(?:[.:](?=\s|$)|[。：])/s.exec(text)?.[0]?.replace(/[:：]$/, "") ?? text;
}

function Codes({ label, rows }: { label: string; rows: Hit[] }) {
  const t = useTexts(words);
  const meaning = useMeaning();
  const columns: Column<Hit>[] = [
    { title: t.code, width: "minmax(8rem, 10rem)", cell: ({ code }) => <code>{code.error_code}</code> },
    {
      title: "HTTP",
      width: "5rem",
      cell: ({ code }) => <Badge tone={toneOfHttp(code.status)}>{code.status}</Badge>,
    },
    { title: t.message, width: "minmax(10rem, 2fr)", cell: ({ code }) => <bdi>{code.error_msg}</bdi> },
    {
      title: t.causes,
      width: "minmax(10rem, 2fr)",
      cell: ({ code, reasons }) => (
        <code className={classes.reasons}>
          {(reasons.length > 0 ? reasons : code.reasons.map(({ reason }) => reason)).join("  ")}
        </code>
      ),
    },
    { title: t.fault, width: "minmax(7rem, 1fr)", extra: true, cell: ({ code }) => meaning(code.fault) },
  ];
  return (
    <Table
      label={label}
      columns={columns}
      rows={rows}
      keyOf={({ code }) => keyOf(code)}
      to={({ code, reasons }) => `/errors/${code.error_code}${reasons.length === 1 ? `#${reasons[0]}` : ""}`}
    />
  );
}
