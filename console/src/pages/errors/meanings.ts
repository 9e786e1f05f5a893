/** The words that the API has for faults, retries, planes and doors, in the reader's language. */
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";

const words = texts({
  caller: ["the caller's", "调用方"],
  limit: ["nobody's: a limit was reached", "无：达到了上限"],
  owner: ["the owner's, of the service or API", "服务或 API 的所有者"],
  platform: ["the platform's", "平台"],
  no: ["not before the request is changed", "修改请求之前不要重试"],
  later: ["yes, after a while", "可以，稍后重试"],
  if_safe: ["only if the model may be asked twice", "仅当模型可以重复调用时"],
  once_mended: ["not before the service runs again", "服务恢复运行之前不要重试"],
  address: ["the API address", "API 地址"],
  prediction_tab: ["the Prediction tab", "预测页"],
  gateway: ["Calls through the gateway", "通过网关的调用"],
  edge: ["Management calls, before their API", "管理调用（进入 API 之前）"],
  modelarts: ["ModelArts API", "ModelArts API"],
  apig: ["API Gateway API", "API 网关 API"],
  iam: ["IAM API", "IAM API"],
});

/** A word of the API in the reader's language; one that is new here, as it is. */
export function useMeaning(): (word: string) => string {
  const t = useTexts(words);
  return (word) => (word in t ? t[word as keyof typeof t] : word.replaceAll("_", " "));
}
