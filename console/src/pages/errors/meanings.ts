/** The words that the API has for faults, retries, planes and doors, in the reader's language. */
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";

const words = texts({
  caller: ["the caller", "调用方"],
  limit: ["nobody: a limit was reached", "无：达到上限"],
  owner: ["the owner of the service or API", "服务或 API 的所有者"],
  platform: ["Adyton or its machine", "Adyton 或其所在的机器"],
  no: ["no: change the request first", "否：请先修改请求"],
  later: ["yes, after a while", "可以，稍后重试"],
  if_safe: ["only if the request may run twice", "仅当请求可以重复执行时"],
  once_mended: ["no: wait until the service runs again", "否：请等待服务恢复运行"],
  address: ["the API address", "API 地址"],
  prediction_tab: ["the Prediction tab", "“预测”页签"],
  gateway: ["Calls through the gateway", "通过网关的调用"],
  edge: ["Management calls, before the API", "管理调用（进入 API 之前）"],
  modelarts: ["ModelArts API", "ModelArts API"],
  apig: ["API Gateway API", "API 网关 API"],
  iam: ["IAM API", "IAM API"],
});

/** A word of the API in the reader's language; one that is new here, as it is. */
export function useMeaning(): (word: string) => string {
  const t = useTexts(words);
  return (word) => (word in t ? t[word as keyof typeof t] : word.replaceAll("_", " "));
}
