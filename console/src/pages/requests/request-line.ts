import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { pathBelow } from "./shapes";

const words = texts({
  unread: ["Unreadable request", "无法读取的请求"],
});

/** What a request is called: its method and its path below the API address. A head that could not be parsed has neither. */
export function useRequestLine(): (method: string, path: string) => string {
  const t = useTexts(words);
  return (method, path) => `${method} ${pathBelow(path)}`.trim() || t.unread;
}
