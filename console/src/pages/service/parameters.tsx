/** What a path takes or gives: the parameters of its schema, or the graph's own inputs and outputs. */
import { Chip } from "../../components/badge";
import { Card } from "../../components/page";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { type Declared, parametersOf, shapeOf } from "./declared";
import classes from "./usage.module.css";

const words = texts({
  takes: ["Input", "输入参数"],
  gives: ["Output", "输出参数"],
  name: ["Name", "名称"],
  type: ["Type", "类型"],
  required: ["required", "必填"],
  undeclared: ["The model declares none.", "模型未声明。"],
});

export function Parameters({ declared, side }: { declared: Declared; side: "request" | "response" }) {
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
          </tr>
        </thead>
        <tbody>
          {parameters.map((one) => (
            <tr key={one.name}>
              <td>
                <code>{one.name}</code> {one.required && <Chip>{t.required}</Chip>}
                {one.description && <bdi className={classes.said}>{one.description}</bdi>}
              </td>
              <td>{one.type}</td>
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
              </tr>
            ))}
        </tbody>
      </table>
    </Card>
  );
}
