/** What opens below a button with things to choose from: a menu's deeds, a field's values. Both look alike. */
import type { ReactNode } from "react";
import { Popover as AriaPopover, type PopoverProps } from "react-aria-components/Popover";
import { Icon, type IconName } from "./icon";
import classes from "./popover.module.css";

export function Popover({
  children,
  ...rest
}: Omit<PopoverProps, "className" | "children"> & { children: ReactNode }) {
  return (
    <AriaPopover {...rest} className={classes.popover as string} offset={4}>
      {children}
    </AriaPopover>
  );
}

export const choicesClass = classes.choices as string;

export const choiceClass = (danger = false): string => `${classes.choice} ${danger ? classes.danger : ""}`;

interface ChoiceProps {
  title: string;
  icon?: IconName | undefined;
  /** A second line. */
  detail?: string | undefined;
  /** Whether it is the one that holds now. */
  isChosen: boolean;
}

export function Choice({ title, icon, detail, isChosen }: ChoiceProps) {
  return (
    <>
      {icon && <Icon name={icon} />}
      <span className={classes.text}>
        <span dir="auto">{title}</span>
        {detail && <span className={classes.detail}>{detail}</span>}
      </span>
      {isChosen && <Icon name="check" />}
    </>
  );
}
