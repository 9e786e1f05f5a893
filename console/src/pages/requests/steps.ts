/** The steps of the pipeline, as people call them. */
import { useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";

export const STEPS = [
  "route",
  "admit",
  "authenticate",
  "authorise",
  "throttle",
  "limit",
  "dispatch",
  "respond",
] as const;

const names = texts({
  route: ["Routing", "查找 API"],
  admit: ["Head", "检查请求头"],
  authenticate: ["Authentication", "身份认证"],
  authorise: ["Authorisation", "权限校验"],
  throttle: ["Throttling", "流量控制"],
  limit: ["Body", "读取请求体"],
  dispatch: ["Model", "调用模型"],
  respond: ["Answer", "返回响应"],
  manage: ["Management call", "管理操作"],
});

const words = texts({
  passed: ["passed", "通过"],
  refused: ["refused", "拒绝"],
  answered: ["answered", "已响应"],
  skipped: ["not reached", "未到达"],
  label: filled(
    (name: string, outcome: string) => `${name}: ${outcome}`,
    (name: string, outcome: string) => `${name}：${outcome}`,
  ),
});

export function useStepName(): (step: string) => string {
  const t = useTexts(names);
  return (step) => (step in t ? t[step as keyof typeof t] : step);
}

export function useStepWords() {
  return useTexts(words);
}
