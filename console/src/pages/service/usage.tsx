/** How to call a service: its address, its paths, what they take and give, and a program for each way of authentication. */
import { useState } from "react";
import { Badge, Chip } from "../../components/badge";
import { CopyField } from "../../components/copy";
import { Skeleton } from "../../components/empty";
import { Select } from "../../components/field";
import { Section } from "../../components/page";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { methodOf } from "./declared";
import { Parameters } from "./parameters";
import { addressOf, type Service, useDeclared } from "./service-query";
import { Snippets } from "./snippets";
import classes from "./usage.module.css";

const words = texts({
  address: ["API address", "API 地址"],
  addressWhy: ["Send requests to one of the paths below.", "请求应发送到下列路径之一。"],
  paths: ["Paths", "路径"],
  takes: ["Input", "输入参数"],
  gives: ["Output", "输出参数"],
  call: ["Call it", "调用示例"],
  path: ["Path", "路径"],
  status: ["Ready", "就绪"],
  model: ["Model information", "模型信息"],
  instances: ["instances ready", "个实例就绪"],
});

export default function Usage({ service }: { service: Service }) {
  const t = useTexts(words);
  const declared = useDeclared(service);
  const [chosen, setChosen] = useState(0);
  const api = declared?.[chosen] ?? declared?.[0];
  return (
    <>
      <Section title={t.address} about={t.addressWhy}>
        <CopyField label={t.address} text={service.access_address} />
      </Section>
      {!api || !declared ? (
        <Skeleton lines={6} />
      ) : (
        <>
          <Section title={t.paths}>
            <ul className={classes.paths}>
              {declared.map((one) => (
                <li key={`${one.method} ${one.path}`}>
                  <Chip mono>{one.method}</Chip>
                  <CopyField label={`${one.method} ${one.path}`} text={addressOf(service, one.path)} />
                </li>
              ))}
            </ul>
          </Section>
          {declared.length > 1 && (
            <div className={classes.choice}>
              <Select
                label={t.path}
                value={String(declared.indexOf(api))}
                onChange={(index) => setChosen(Number(index))}
                options={declared.map((one, index) => ({
                  value: String(index),
                  label: `${methodOf(one)} ${one.path}`,
                }))}
              />
            </div>
          )}
          <div className={classes.columns}>
            <Section title={t.takes}>
              <Parameters declared={api} side="request" />
            </Section>
            <Section title={t.gives}>
              <Parameters declared={api} side="response" />
            </Section>
          </div>
          <Section title={t.call}>
            <Snippets key={`${api.method} ${api.path}`} service={service} api={api} />
          </Section>
        </>
      )}
      <Section title={t.model}>
        <Models service={service} />
      </Section>
    </>
  );
}

function Models({ service }: { service: Service }) {
  const t = useTexts(words);
  return (
    <ul className={classes.models}>
      {service.config.map((version) => (
        <li key={version.model_id}>
          <bdi className={classes.model}>
            {version.model_name} {version.model_version}
          </bdi>
          <Badge tone={version.status === "ready" ? "ok" : version.status === "concerning" ? "warn" : "idle"}>
            {`${version.ready_instances}/${version.instance_count} ${t.instances}`}
          </Badge>
          <span>{version.weight}%</span>
          <span className={classes.none}>{version.specification}</span>
        </li>
      ))}
    </ul>
  );
}
