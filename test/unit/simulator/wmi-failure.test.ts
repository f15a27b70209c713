import { expect, test } from "vitest";
import { Hresult, MiResult } from "../../../provider/src/schema/hresults";
import { WmiFailure, wmiFailure } from "../../../provider/src/simulator/wmi-failure";
import { workerError } from "../../../provider/src/transports/worker-shell/worker-error";

const failure = { type: "CimException", id: "", text: "", errorCode: null, isModule: false };
const hresults = Object.entries(Hresult).map(([name, hresult]) => [name, { hresult, miResult: undefined }] as const);
const miResults = Object.entries(MiResult).map(([name, miResult]) => [name, { hresult: undefined, miResult }] as const);

test.each([...hresults, ...miResults])(
  "%s becomes the error that the PowerShell transport makes of it",
  (_, number) => {
    for (const changes of [true, false]) {
      const { hresult, miResult } = number;
      const messageId = hresult === undefined ? null : `HRESULT 0x${hresult.toString(16)}`;
      const worker = { ...failure, messageId, nativeErrorCode: miResult ?? MiResult.Failed };
      const expected = workerError(worker, { attempted: "Asking", target: "a host", changes });
      const request = { target: "a host", ...(changes && { methodName: "CreateSnapshot" }) };
      const made = wmiFailure(new WmiFailure(number), request);
      expect([made.code, made.effect]).toEqual([expected.code, expected.effect]);
    }
  },
);
