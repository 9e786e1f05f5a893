import { describe, expect, test } from "vitest";
import { type Draft, deploymentOf, faultsOf, newVersion } from "./draft";

const version = (model: string, weight: number) =>
  newVersion({ value: model, label: `${model} 1.0.0` }, "spec", weight);

const WORDS = {
  name: "name",
  description: "description",
  model: "model",
  twice: "twice",
  weight: "weight",
  weights: (sum: number) => `sum ${sum}`,
  instances: "instances",
  seconds: "seconds",
  variable: "variable",
  calls: "calls",
};
const draft = (more: Partial<Draft> = {}): Draft => ({
  name: "iris",
  description: "",
  callsPerSecond: "",
  appAuth: false,
  appCode: true,
  versions: [version("m1", 100)],
  ...more,
});
const faults = (more: Partial<Draft>, isNew = true) => faultsOf(draft(more), isNew, WORDS);

describe("faults stand beside their fields", () => {
  test("a good one has none", () => expect(faults({})).toEqual({}));
  test("a name with a blank", () => expect(faults({ name: "my service" })).toEqual({ service_name: "name" }));
  test("an update keeps its name", () => expect(faults({ name: "" }, false)).toEqual({}));
  test("weights that do not add up", () =>
    expect(faults({ versions: [version("m1", 50), version("m2", 40)] })).toEqual({
      config: "sum 90",
    }));
  test("the same model twice", () =>
    expect(faults({ versions: [version("m1", 50), version("m1", 50)] })).toEqual({
      "config[1].model_id": "twice",
    }));
  test.each(["", "-1", "101", "1.5", "many"])("a weight of %s", (weight) =>
    expect(faults({ versions: [{ ...version("m1", 0), weight }] })["config[0].weight"]).toBe("weight"),
  );
  test.each(["0", "129", ""])("%s instances", (instances) =>
    expect(faults({ versions: [{ ...version("m1", 100), instances }] })["config[0].instance_count"]).toBe(
      "instances",
    ),
  );
  test.each([["1A"], [""], ["A", "A"]])("variables %s %s", (...names) =>
    expect(
      faults({
        versions: [
          { ...version("m1", 100), variables: names.map((name, key) => ({ key, name, value: "" })) },
        ],
      })["config[0].envs"],
    ).toBe("variable"),
  );
  test("a description is counted in characters", () => {
    expect(faults({ description: "字".repeat(100) })).toEqual({});
    expect(faults({ description: "字".repeat(101) })).toEqual({ description: "description" });
  });
});

test("what was typed becomes the body", () => {
  const versions = [{ ...version("m1", 100), seconds: "60", variables: [{ key: 1, name: "A", value: "1" }] }];
  expect(deploymentOf(draft({ versions, callsPerSecond: "20" }))).toEqual({
    service_name: "iris",
    description: "",
    infer_type: "real-time",
    config: [
      {
        model_id: "m1",
        weight: 100,
        instance_count: 1,
        specification: "spec",
        envs: { A: "1" },
        deploy_timeout_in_seconds: 60,
      },
    ],
    additional_properties: { app_auth: false, app_code: true, calls_per_second: 20 },
  });
});
