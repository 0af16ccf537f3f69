const pad = (value: number): string => String(value).padStart(2, '0');

/** Packets come in the order of their times: most share their second with the one before. */
let lastSecond = Number.NaN;
let lastText = '';

/** Whole seconds since 1970 as the original writes its `created`: `YYYY-mm-dd HH:MM:SS`, local time. */
export function formatCreated(seconds: number): string {
  if (seconds === lastSecond) return lastText;
  const time = new Date(seconds * 1000);
  const day = `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
  lastText = `${day} ${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}`;
  lastSecond = seconds;
  return lastText;
}
