import { describe, expect, test } from "vitest";
import { counted, filled, texts } from "./texts";

const words = texts({
  save: ["Save", "保存"],
  found: filled(
    (n: number) => counted(n, "service", "services"),
    (n: number) => `${n} 个服务`,
  ),
});

describe("texts", () => {
  test("each language has its own", () => {
    expect(words.en.save).toBe("Save");
    expect(words.zh.save).toBe("保存");
    expect(words.en.found(2)).toBe("2 services");
    expect(words.zh.found(2)).toBe("2 个服务");
  });
  test("one that is missing does not compile", () => {
    // @ts-expect-error the Chinese text is missing
    texts({ save: ["Save"] });
  });
  test("English counts one thing and many", () => {
    expect(counted(1, "service", "services")).toBe("1 service");
    expect(counted(0, "service", "services")).toBe("0 services");
    expect(counted(12_000, "service", "services")).toBe("12,000 services");
  });
});
