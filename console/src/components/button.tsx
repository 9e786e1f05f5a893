/** Buttons: one `primary` on a page, `quiet` in rows and bars, `danger` for what cannot be undone. A busy one says so and waits. */
import type { ReactNode } from "react";
import { Button as AriaButton, type ButtonProps as AriaProps } from "react-aria-components/Button";
import { Tooltip, TooltipTrigger } from "react-aria-components/Tooltip";
import { Link } from "wouter";
import { useTexts } from "../language/language";
import { texts } from "../language/texts";
import classes from "./button.module.css";
import { Icon, type IconName } from "./icon";

const words = texts({ busy: ["Please wait", "请稍候"] });

export type ButtonKind = "primary" | "plain" | "quiet" | "danger";

interface Look {
  kind?: ButtonKind;
  icon?: IconName;
  small?: boolean;
}

interface ButtonProps extends Look, Omit<AriaProps, "children" | "className" | "style"> {
  children: ReactNode;
}

const classOf = ({ kind = "plain", small = false }: Look) =>
  `${classes.button} ${classes[kind]} ${small ? classes.small : ""}`;

export function Button({ children, kind, icon, small, isPending, type, onPress, ...rest }: ButtonProps) {
  const t = useTexts(words);
  // The library's own waiting is announced by an element that is named by one that is soon gone.
  const behaviour = isPending
    ? { type: "button" as const, "aria-disabled": true }
    : { ...(type ? { type } : {}), ...(onPress ? { onPress } : {}) };
  return (
    <>
      <AriaButton
        {...rest}
        {...behaviour}
        className={`${classOf({ kind: kind ?? "plain", small: small ?? false })} ${isPending ? classes.pending : ""}`}
      >
        {isPending ? <span className={classes.spinner} /> : icon && <Icon name={icon} />}
        <span className={classes.label}>{children}</span>
      </AriaButton>
      {isPending && (
        <span role="status" className="visually-hidden">
          {t.busy}
        </span>
      )}
    </>
  );
}

/** A link that looks like a button. */
export function LinkButton({ to, children, kind, icon, small }: Look & { to: string; children: ReactNode }) {
  return (
    <Link href={to} className={classOf({ kind: kind ?? "plain", small: small ?? false })}>
      {icon && <Icon name={icon} />}
      <span className={classes.label}>{children}</span>
    </Link>
  );
}

interface IconButtonProps extends Omit<AriaProps, "children" | "className" | "style"> {
  icon: IconName;
  /** What it does: read out, and shown when pointed at. */
  label: string;
}

/** A button that is an icon alone. */
export function IconButton({ icon, label, ...rest }: IconButtonProps) {
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      <AriaButton
        {...rest}
        aria-label={label}
        className={`${classes.button} ${classes.quiet} ${classes.square}`}
      >
        <Icon name={icon} />
      </AriaButton>
      <Tooltip className={classes.tooltip as string} offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}
