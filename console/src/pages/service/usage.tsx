/** How to call a service: its address, its paths, what they take and give, and a program for each way of authentication. */
import { useState } from "react";
import { Badge, Chip } from "../../components/badge";
import { CopyField } from "../../components/copy";
import { Skeleton } from "../../components/empty";
import { Select } from "../../components/field";
import { Card, Section } from "../../components/page";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { type Declared, methodOf, parametersOf, shapeOf } from "./declared";
import { addressOf, type Service, useDeclared } from "./service-query";
import { Snippets } from "./snippets";
import classes from "./usage.module.css";

const words = texts({
  address: ["API address", "API 地址"],
  addressWhy: ["Send requests to one of the paths below.", "请求应发送到下列路径之一。"],
  paths: ["Paths", "路径"],
  takes: ["Input", "输入参数"],
  gives: ["Output", "输出参数"],
  name: ["Name", "名称"],
  type: ["Type", "类型"],
  about: ["Description", "说明"],
  required: ["required", "必填"],
  undeclared: ["The model does not say.", "模型未声明。"],
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

function Parameters({ declared, side }: { declared: Declared; side: "request" | "response" }) {
  const t = useTexts(words);
  const parameters = parametersOf(declared[side]);
  const ports = side === "request" ? declared.inputs : declared.outputs;
  if (parameters.length === 0 && ports.length === 0) return <p className={classes.none}>{t.undeclared}</p>;
  return (
    <Card padded={false}>
      <table className={classes.table} aria-label={side === "request" ? t.takes : t.gives}>
        <thead>
          <tr>
            <th scope="col">{t.name}</th>
            <th scope="col">{t.type}</th>
            <th scope="col">{t.about}</th>
          </tr>
        </thead>
        <tbody>
          {parameters.map((one) => (
            <tr key={one.name}>
              <td>
                <code>{one.name}</code>
              </td>
              <td>{one.type}</td>
              <td>
                {one.required && <Chip>{t.required}</Chip>} {one.description}
              </td>
            </tr>
          ))}
          {parameters.length === 0 &&
            ports.map((port) => (
              <tr key={port.name}>
                <td>
                  <code>{port.name}</code>
                </td>
                <td>
                  {port.type} <code>{shapeOf(port)}</code>
                </td>
                <td />
              </tr>
            ))}
        </tbody>
      </table>
    </Card>
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
