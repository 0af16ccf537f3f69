import { describe, expect, it } from 'vitest';
import { bytes, frame, project } from '../../test/legacy-frames.ts';
import { readIpOptions } from './ip-options.ts';

const text = (hex: string) => readIpOptions(bytes(hex), 0, bytes(hex).length).text;

describe('IPv4 options', () => {
  it.each([
    ['00', '[<IPOption_EOL  copy_flag=0 optclass=control option=end_of_list |>]'],
    ['01', '[<IPOption_NOP  copy_flag=0 optclass=control option=nop |>]'],
    [
      '9404 0000',
      '[<IPOption_Router_Alert  copy_flag=1 optclass=control option=router_alert length=4 alert=router_shall_examine_packet |>]',
    ],
    [
      '070b08 01020304 00000000',
      "[<IPOption_RR  copy_flag=0 optclass=control option=record_route length=11 pointer=8 routers=['1.2.3.4', '0.0.0.0'] |>]",
    ],
    ['4404 0102', "[<IPOption  copy_flag=0 optclass=debug option=timestamp length=4 value='\\x01\\x02' |>]"],
    [
      '820b 0001 0002 0003 004100',
      "[<IPOption_Security  copy_flag=1 optclass=control option=security length=11 security=1 compartment=2 handling_restrictions=3 transmission_control_code=b'\\x00A' |>]",
    ],
    [
      '8804 0005',
      '[<IPOption_Stream_Id  copy_flag=1 optclass=control option=stream_id length=4 security=5 |>]',
    ],
    [
      '520c 0001 0002 0003 01020304',
      '[<IPOption_Traceroute  copy_flag=0 optclass=debug option=traceroute length=12 id=1 outbound_hops=2 return_hops=3 originator_ip=1.2.3.4 |>]',
    ],
    ['7d03 80', "[<IPOption  copy_flag=0 optclass=3 option=29 length=3 value=b'\\x80' |>]"],
    ['1a03 27', '[<IPOption  copy_flag=0 optclass=control option=26 length=3 value="\'" |>]'],
  ])('%s', (hex, expected) => {
    expect(text(hex)).toBe(expected);
  });

  it('read on behind each option and go on behind the end of the list', () => {
    expect(text('0100 1a03 61').match(/IPOption\w*/g)).toEqual(['IPOption_NOP', 'IPOption_EOL', 'IPOption']);
  });

  it('stop at one that is cut inside a number: the rest is raw', () => {
    expect(readIpOptions(bytes('01 0b04 05'), 0, 4)).toEqual({
      text: "[<IPOption_NOP  copy_flag=0 optclass=control option=nop |>, <Raw  load='\\x0b\\x04\\x05' |>]",
      unreadable: 1,
    });
  });

  it('stand behind the addresses, and unreadable ones come before the transport', () => {
    const packet = '4600 001c 0001 0000 40 11 1234 0a000001 0a000002 07030400 0001 0002 0008 0000';
    const data = project(frame(0x0800, packet.replace('001c', '0020')));
    expect(Object.keys(data?.ip ?? {}).at(-1)).toBe('fields_options');
    expect(Object.keys(data ?? {})).toEqual(['ether', 'ip', 'udp']);
    const cut = project(frame(0x0800, packet.replace('07030400', '010b0405').replace('001c', '0020')));
    expect(Object.keys(cut ?? {})).toEqual(['ether', 'ip', 'raw', 'udp']);
    expect(cut?.raw).toEqual({ load: '0b0405' });
  });
});
