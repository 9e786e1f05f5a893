/** Uploads a file with its progress, which `fetch` does not tell. The session, the page's header and what is refused are as in `client.ts`. */
import { currentLanguage } from "../language/language";
import { LANGUAGE_TAGS } from "../language/texts";
import { renewed } from "../session/renewal";
import { Failure, refused } from "./failure";

export interface Upload<T> {
  done: Promise<T>;
  cancel: () => void;
}

/** The answer's headers, as `XMLHttpRequest` has them: one text. */
export function headersOf(text: string): Headers {
  const headers = new Headers();
  for (const line of text.split(/\r?\n/)) {
    const at = line.indexOf(":");
    if (at > 0) headers.append(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  return headers;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Sends the file as it is; `onProgress` gets the share that was sent, 0 to 1. */
export function upload<T>(address: string, file: Blob, onProgress: (share: number) => void): Upload<T> {
  let request = new XMLHttpRequest();
  let isCancelled = false;
  const once = () =>
    new Promise<T>((resolve, reject) => {
      request = new XMLHttpRequest();
      request.open("POST", address);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.setRequestHeader("X-Adyton-Console", "1");
      request.setRequestHeader("Accept-Language", LANGUAGE_TAGS[currentLanguage()]);
      request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
      request.onabort = () => reject(new DOMException("cancelled", "AbortError"));
      request.onerror = () =>
        reject(
          new Failure(
            currentLanguage() === "zh"
              ? "上传中断，无法连接服务器。"
              : "The upload broke off: the server cannot be reached.",
          ),
        );
      request.onload = () => {
        const { status, responseText } = request;
        const body = parsed(responseText);
        if (status >= 200 && status < 300) resolve(body as T);
        else
          reject(
            refused(
              new Response(null, { status, headers: headersOf(request.getAllResponseHeaders()) }),
              body,
            ),
          );
      };
      request.send(file);
    });
  const done = once().catch(async (error: unknown) => {
    // A session that ended is renewed, and the file sent again.
    if (error instanceof Failure && error.status === 401 && !isCancelled && (await renewed())) return once();
    throw error;
  });
  return {
    done,
    cancel: () => {
      isCancelled = true;
      request.abort();
    },
  };
}
