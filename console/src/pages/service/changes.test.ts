import { expect, test } from "vitest";
import { changesBetween, isSame, rollbackTo, type Version } from "./changes";

const version = (model_id: string, more: Partial<Version> = {}): Version => ({
  model_id,
  model_name: "iris",
  model_version: model_id,
  weight: 100,
  specification: "modelarts.vm.cpu.2u",
  instance_count: 1,
  envs: {},
  ...more,
});

test("what differs is told setting by setting", () => {
  const before = [version("1", { weight: 100, envs: { A: "1", B: "2" } })];
  const after = [version("1", { weight: 90, envs: { B: "3" } }), version("2", { weight: 10 })];
  expect(changesBetween(before, after)).toEqual([
    { version: "iris 1", setting: "weight", before: "100%", after: "90%" },
    { version: "iris 1", setting: "envs.A", before: "1" },
    { version: "iris 1", setting: "envs.B", before: "2", after: "3" },
    { version: "iris 2", setting: "weight", after: "10%" },
    { version: "iris 2", setting: "instance_count", after: "1" },
    { version: "iris 2", setting: "specification", after: "modelarts.vm.cpu.2u" },
  ]);
});

test("a version that is gone is told too", () => {
  expect(
    changesBetween([version("1"), version("2")], [version("1")]).every(
      (change) => change.version === "iris 2",
    ),
  ).toBe(true);
});

test("the order of versions is no difference", () => {
  expect(isSame([version("1"), version("2")], [version("2"), version("1")])).toBe(true);
  expect(isSame([version("1")], [version("1", { instance_count: 2 })])).toBe(false);
});

test("a roll-back wants the former settings, and keeps the time that an instance may take", () => {
  const now = {
    ...version("1", { instance_count: 3 }),
    deploy_timeout_in_seconds: 60,
    status: "ready",
    ready_instances: 1,
    scaling: false,
  };
  expect(
    rollbackTo({ config: [now] }, { config: [version("1"), version("0", { weight: 0 })] }).config,
  ).toEqual([
    {
      model_id: "1",
      weight: 100,
      specification: "modelarts.vm.cpu.2u",
      instance_count: 1,
      envs: {},
      deploy_timeout_in_seconds: 60,
    },
    { model_id: "0", weight: 0, specification: "modelarts.vm.cpu.2u", instance_count: 1, envs: {} },
  ]);
});
