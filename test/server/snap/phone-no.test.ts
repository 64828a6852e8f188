import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPhoneNo, toPhoneNo } from '../../../packages/server/src/snap/phone-no.ts';

describe('toPhoneNo', () => {
  for (const text of ['081394130610', '6281394130610', '+6281394130610', '+62 813-9413-0610', '(0813) 9413 0610', '0813.9413.0610', '+ 62 813 9413 0610']) {
    it(`reads ${text}`, () => assert.equal(toPhoneNo(text), '6281394130610'));
  }
  for (const text of ['', '81394130610', '+1 813 941 30610', '0812', '628139413061012345', '62813abc94130', '00813941306', '620813941306', '+081394130610', '62+62813941306', '++6281394130610', '+6 281394130610x']) {
    it(`reads nothing from ${JSON.stringify(text)}`, () => assert.equal(toPhoneNo(text), undefined));
  }
  it('gives what isPhoneNo accepts', () => {
    for (const text of ['62813941306101', '621234567', '6212345678901234']) assert.ok(isPhoneNo(text), text);
    for (const text of ['62813941306101\n', 'x62813941306101', '62123456', '62123456789012345', '6202345678', '0813941306101']) assert.ok(!isPhoneNo(text), text);
  });
});
