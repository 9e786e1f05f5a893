/** The filters above the journal: each stands in the address. */
import { useEffect, useState } from "react";
import { Button } from "../../components/button";
import { type Option, SearchField, Select } from "../../components/field";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { RANGES, type RequestFilter, useServices } from "./questions";
import classes from "./requests.module.css";
import { STEPS, useStepName } from "./steps";

const words = texts({
  code: ["Code or sub-code", "错误码或子错误码"],
  codeExample: ["APIG.0301 or token.expired", "APIG.0301 或 token.expired"],
  status: ["Answer", "响应"],
  anyStatus: ["Any answer", "所有响应"],
  "2xx": ["2xx: success", "2xx：成功"],
  "4xx": ["4xx: caller error", "4xx：调用方错误"],
  "5xx": ["5xx: server error", "5xx：服务端错误"],
  stage: ["Step", "步骤"],
  anyStage: ["Any step", "所有步骤"],
  service: ["Service", "服务"],
  anyService: ["Any service", "所有服务"],
  range: ["Time", "时间范围"],
  anyRange: ["All kept requests", "全部保留的请求"],
  "15m": ["Last 15 minutes", "最近 15 分钟"],
  "1h": ["Last hour", "最近 1 小时"],
  "24h": ["Last 24 hours", "最近 24 小时"],
  "7d": ["Last 7 days", "最近 7 天"],
  onlyUser: ["One user only", "仅一个用户"],
  onlyApp: ["One app only", "仅一个应用"],
});

const ANY = "any";
/** A service more would make the list longer than anybody reads. */
const SERVICES_SHOWN = 200;

interface Props {
  filter: RequestFilter;
  choose: (changes: Partial<RequestFilter>) => void;
}

export function RequestFilters({ filter, choose }: Props) {
  const t = useTexts(words);
  const stepName = useStepName();
  const services = [...useServices()].map(([value, label]) => ({ value, label }));
  const shown = services.filter(({ value }, index) => index < SERVICES_SHOWN || value === filter.service);
  if (filter.service && !shown.some(({ value }) => value === filter.service))
    shown.push({ value: filter.service, label: filter.service });
  return (
    <search className={classes.filters}>
      <CodeField value={filter.code} onChange={(code) => choose({ code })} />
      <Choice
        label={t.status}
        any={t.anyStatus}
        value={filter.status}
        options={(["2xx", "4xx", "5xx"] as const).map((value) => ({ value, label: t[value] }))}
        onChange={(status) => choose({ status })}
      />
      <Choice
        label={t.service}
        any={t.anyService}
        value={filter.service}
        options={shown}
        onChange={(service) => choose({ service })}
      />
      <Choice
        label={t.stage}
        any={t.anyStage}
        value={filter.stage}
        options={STEPS.map((value) => ({ value, label: stepName(value), detail: value }))}
        onChange={(stage) => choose({ stage })}
      />
      <Choice
        label={t.range}
        any={t.anyRange}
        value={filter.range}
        options={Object.keys(RANGES).map((value) => ({ value, label: t[value as "1h"] }))}
        onChange={(range) => choose({ range })}
      />
      {filter.user && (
        <Button icon="close" onPress={() => choose({ user: "" })}>
          {t.onlyUser}
        </Button>
      )}
      {filter.app && (
        <Button icon="close" onPress={() => choose({ app: "" })}>
          {t.onlyApp}
        </Button>
      )}
    </search>
  );
}

/** A code is looked for once it is typed to its end: half of one fits nothing. */
function CodeField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useTexts(words);
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => onChange(typed.trim()), 400);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return <SearchField label={t.code} placeholder={t.codeExample} value={typed} onChange={setTyped} />;
}

interface ChoiceProps {
  label: string;
  /** What the first option says, which chooses nothing. */
  any: string;
  value: string;
  options: Option[];
  onChange: (value: string) => void;
}

function Choice({ label, any, value, options, onChange }: ChoiceProps) {
  const all = [{ value: ANY, label: any }, ...options];
  const known = all.some((option) => option.value === value);
  const extended = value && !known ? [...all, { value, label: value }] : all;
  return (
    <Select
      label={label}
      bare
      options={extended}
      value={value || ANY}
      onChange={(one) => onChange(one === ANY ? "" : one)}
    />
  );
}
