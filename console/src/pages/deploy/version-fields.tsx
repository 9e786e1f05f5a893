/** The versions of a deployment: a box each. */
import type { Schemas } from "../../api/client";
import { Button, IconButton } from "../../components/button";
import { type Option, Select, TextField } from "../../components/field";
import { SearchSelect } from "../../components/search-select";
import { useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { type Faults, newVersion, nextKey, type Variable, type VersionDraft } from "./draft";
import { NO_MODEL, useModels } from "./models";
import classes from "./version-fields.module.css";

const words = texts({
  model: ["Model", "模型"],
  weight: ["Weight (%)", "权重（%）"],
  instances: ["Instances", "实例数"],
  specification: ["Specification", "规格"],
  seconds: ["Deployment timeout (seconds)", "部署超时（秒）"],
  secondsHint: ["Empty: the server's default.", "留空使用服务器默认值。"],
  add: ["Add a version", "添加版本"],
  remove: ["Remove this version", "移除该版本"],
  variables: ["Environment variables", "环境变量"],
  variable: ["Name", "变量名"],
  value: ["Value", "值"],
  addVariable: ["Add a variable", "添加变量"],
  removeVariable: ["Remove this variable", "移除该变量"],
  version: filled(
    (n: number) => `Version ${n}`,
    (n: number) => `版本 ${n}`,
  ),
});

interface Props {
  versions: VersionDraft[];
  onChange: (versions: VersionDraft[]) => void;
  faults: Faults;
  models: Option[];
  specifications: Schemas["SpecificationShown"][];
}

export function VersionFields({ versions, onChange, faults, models, specifications }: Props) {
  const t = useTexts(words);
  const set = (key: number, part: Partial<VersionDraft>) =>
    onChange(versions.map((version) => (version.key === key ? { ...version, ...part } : version)));
  const add = () => {
    const sum = versions.reduce((total, version) => total + (Number(version.weight) || 0), 0);
    const free = models.find((model) => !versions.some((version) => version.model === model.value));
    onChange([
      ...versions,
      newVersion(free ?? NO_MODEL, specifications[0]?.specification ?? "", Math.max(0, 100 - sum)),
    ]);
  };
  return (
    <div className={classes.versions}>
      {versions.map((version, index) => (
        <fieldset key={version.key} className={classes.version}>
          <legend className="visually-hidden">{t.version(index + 1)}</legend>
          <div className={classes.fields}>
            <div className={classes.model}>
              <SearchSelect
                label={t.model}
                chosen={{ value: version.model, label: version.modelName }}
                onChange={({ value, label }) => set(version.key, { model: value, modelName: label })}
                useOptions={useModels}
                error={faults[`config[${index}].model_id`]}
                isRequired
              />
            </div>
            <TextField
              label={t.weight}
              mode="numeric"
              value={version.weight}
              onChange={(weight) => set(version.key, { weight })}
              error={faults[`config[${index}].weight`]}
            />
            <TextField
              label={t.instances}
              mode="numeric"
              value={version.instances}
              onChange={(instances) => set(version.key, { instances })}
              error={faults[`config[${index}].instance_count`]}
            />
            <div className={classes.model}>
              <Select
                label={t.specification}
                value={version.specification}
                onChange={(specification) => set(version.key, { specification })}
                options={specifications.map((one) => ({
                  value: one.specification,
                  label: one.specification,
                  detail: one.display_en,
                }))}
                error={faults[`config[${index}].specification`]}
              />
            </div>
            <div className={classes.model}>
              <TextField
                label={t.seconds}
                hint={t.secondsHint}
                mode="numeric"
                value={version.seconds}
                onChange={(seconds) => set(version.key, { seconds })}
                error={faults[`config[${index}].deploy_timeout_in_seconds`]}
              />
            </div>
          </div>
          <Variables
            variables={version.variables}
            onChange={(variables) => set(version.key, { variables })}
            error={faults[`config[${index}].envs`]}
          />
          {versions.length > 1 && (
            <div className={classes.remove}>
              <IconButton
                icon="close"
                label={t.remove}
                onPress={() => onChange(versions.filter((one) => one !== version))}
              />
            </div>
          )}
        </fieldset>
      ))}
      {faults.config && (
        <p className={classes.fault} role="alert">
          {faults.config}
        </p>
      )}
      <div>
        <Button icon="plus" small onPress={add}>
          {t.add}
        </Button>
      </div>
    </div>
  );
}

interface VariablesProps {
  variables: Variable[];
  onChange: (variables: Variable[]) => void;
  error: string | undefined;
}

function Variables({ variables, onChange, error }: VariablesProps) {
  const t = useTexts(words);
  const set = (key: number, part: Partial<Variable>) =>
    onChange(variables.map((variable) => (variable.key === key ? { ...variable, ...part } : variable)));
  return (
    <div className={classes.variables}>
      <h3>{t.variables}</h3>
      {variables.map((variable) => (
        <div key={variable.key} className={classes.variable}>
          <TextField
            label={t.variable}
            bare
            placeholder={t.variable}
            mono
            value={variable.name}
            onChange={(name) => set(variable.key, { name })}
            autoComplete="off"
          />
          <TextField
            label={t.value}
            bare
            placeholder={t.value}
            mono
            value={variable.value}
            onChange={(value) => set(variable.key, { value })}
            autoComplete="off"
          />
          <IconButton
            icon="close"
            label={t.removeVariable}
            onPress={() => onChange(variables.filter((one) => one !== variable))}
          />
        </div>
      ))}
      {error && (
        <p className={classes.fault} role="alert">
          {error}
        </p>
      )}
      <div>
        <Button
          icon="plus"
          small
          kind="quiet"
          onPress={() => onChange([...variables, { key: nextKey(), name: "", value: "" }])}
        >
          {t.addVariable}
        </Button>
      </div>
    </div>
  );
}
