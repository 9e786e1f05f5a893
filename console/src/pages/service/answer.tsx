/** An answer: what came back, from whom, how fast; and, when it was refused, why. Whatever a model says is shown as data. */
import { useEffect, useMemo, useState } from "react";
import { Link } from "wouter";
import { Badge, toneOfHttp } from "../../components/badge";
import { Code } from "../../components/code";
import { Id } from "../../components/copy";
import { Skeleton } from "../../components/empty";
import { FailureNote } from "../../components/failure";
import { useTexts } from "../../language/language";
import { filled, texts } from "../../language/texts";
import { JSON_TEXT, laidOut } from "../../snippets/json.js";
import { size, span } from "../../time/format";
import classes from "./answer.module.css";
import { picturesIn } from "./pictures";
import type { Answer as Received, Sending } from "./sending";
import { WhyRefused } from "./why-refused";

const words = texts({
  title: ["Answer", "响应"],
  model: ["by the model", "由模型返回"],
  gateway: ["by the gateway", "由网关返回"],
  request: ["request", "请求"],
  coming: ["receiving", "接收中"],
  cut: ["The answer is longer: only its beginning is shown.", "响应过长，仅显示开头部分。"],
  save: filled(
    (bytes: string) => `Save the file (${bytes})`,
    (bytes: string) => `保存文件（${bytes}）`,
  ),
  picture: ["A picture from the answer", "响应中的图片"],
  empty: ["The answer has no body.", "响应没有正文。"],
  explain: ["Open the explanation", "查看完整解释"],
});

export function Answer({ sending }: { sending: Sending }) {
  const t = useTexts(words);
  if (sending.state === "idle") return null;
  return (
    <section aria-label={t.title} aria-live="polite" className={classes.answer}>
      {sending.state === "sending" && <Skeleton lines={4} />}
      {sending.state === "failed" && <FailureNote error={sending.failure} />}
      {sending.state === "answered" && <Shown answer={sending.answer} />}
    </section>
  );
}

function Shown({ answer }: { answer: Received }) {
  const t = useTexts(words);
  return (
    <>
      <div className={classes.head}>
        <Badge tone={answer.done ? toneOfHttp(answer.status) : "busy"}>{String(answer.status)}</Badge>
        <span>{answer.by === "model" ? t.model : t.gateway}</span>
        <span>{span(answer.took)}</span>
        <span>{size(answer.bytes)}</span>
        {!answer.done && <span>{t.coming}</span>}
        {answer.requestId && (
          <span className={classes.id}>
            {t.request} <Id value={answer.requestId} />
          </span>
        )}
      </div>
      <Body answer={answer} />
      {answer.status >= 400 && answer.done && answer.requestId && (
        <div className={classes.explained}>
          <WhyRefused id={answer.requestId} />
          <Link href={`/explain/${answer.requestId}`}>{t.explain}</Link>
        </div>
      )}
    </>
  );
}

function Body({ answer }: { answer: Received }) {
  const t = useTexts(words);
  const isJson = /json/i.test(answer.contentType);
  const text = useMemo(
    () => (isJson && answer.done && !answer.isCut ? prettily(answer.text) : answer.text),
    [isJson, answer.done, answer.isCut, answer.text],
  );
  const pictures = useMemo(
    () => (isJson && answer.done ? picturesIn(answer.text) : []),
    [isJson, answer.done, answer.text],
  );
  if (answer.done && answer.bytes === 0) return <p className={classes.note}>{t.empty}</p>;
  if (answer.blob) return <File blob={answer.blob} />;
  return (
    <>
      {pictures.length > 0 && (
        <div className={classes.pictures}>
          {pictures.map((address) => (
            <img key={address.slice(0, 200)} src={address} alt={t.picture} />
          ))}
        </div>
      )}
      <Code label={t.title} text={text} json={isJson} wrap />
      {answer.isCut && <p className={classes.note}>{t.cut}</p>}
    </>
  );
}

/** Laid out for reading, digit for digit; what is no JSON stays as it is. */
export function prettily(text: string): string {
  try {
    JSON.parse(text);
    return laidOut(text, JSON_TEXT, "  ");
  } catch {
    return text;
  }
}

function File({ blob }: { blob: Blob }) {
  const t = useTexts(words);
  const [address, setAddress] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  if (!address) return null;
  const isPicture = /^image\/(png|jpeg|gif|webp|avif|bmp)/i.test(blob.type);
  return (
    <div className={classes.pictures}>
      {isPicture && <img src={address} alt={t.picture} />}
      <a href={address} download={`answer.${blob.type.split("/")[1]?.split(/[;+]/)[0] ?? "bin"}`}>
        {t.save(size(blob.size))}
      </a>
    </div>
  );
}
