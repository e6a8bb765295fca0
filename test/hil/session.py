#!/usr/bin/env python3
"""A start-stop session in a few lines, written from the protocol page (firmware/README.md) alone.

Usage: session.py <serial port>. Prints the pulses that the device told of, and what ended the therapy.
"""
import os
import select
import struct
import sys
import termios
import tty

HELLO, SET_AREA, SET_AMPLITUDE, START, STOP = 0x01, 0x04, 0x06, 0x09, 0x0A
STATE, DELIVERED, IDLE, STIMULATING = 0xC1, 0xC4, 0, 2


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def cobs(data):
    return b"".join(bytes([len(part) + 1]) + part for part in data.split(b"\0"))


def uncobs(data):
    out = b""
    while data:
        out += data[1 : data[0]] + b"\0"
        data = data[data[0] :]
    return out[:-1]


class Device:
    def __init__(self, path):
        try:
            self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(self.fd)
        except (OSError, termios.error) as error:
            sys.exit(f"cannot open {path}: {error.args[1]}")
        attributes = termios.tcgetattr(self.fd)
        attributes[4] = attributes[5] = termios.B115200
        termios.tcsetattr(self.fd, termios.TCSANOW, attributes)
        self.buffer, self.session, self.sequence = b"", 0, -1
        os.write(self.fd, b"\0")
        self.session = struct.unpack_from("<I", self.ask(HELLO), 4)[0]

    def frame(self, timeout=3.0):
        """The next undamaged frame: type, session and payload."""
        while True:
            line, delimiter, rest = self.buffer.partition(b"\0")
            if delimiter:
                self.buffer = rest
                data = uncobs(line)
                if len(data) >= 12 and crc32c(data[:-4]) == struct.unpack("<I", data[-4:])[0]:
                    return data[1], struct.unpack_from("<I", data, 2)[0], data[8:-4]
                continue
            if not select.select([self.fd], [], [], timeout)[0]:
                sys.exit("the device is silent")
            received = os.read(self.fd, 4096)
            if not received:
                sys.exit("the port is gone")
            self.buffer += received

    def ask(self, kind, payload=b""):
        self.sequence += 1
        data = struct.pack("<BBIH", 1, kind, self.session, self.sequence) + payload
        os.write(self.fd, cobs(data + struct.pack("<I", crc32c(data))) + b"\0")
        while True:
            got, _, answer = self.frame()
            if got == kind + 0x80:
                if answer[0] != 0:
                    sys.exit(f"message {kind} was refused with status {answer[0]}")
                return answer

    def event(self, kind):
        while True:
            got, session, payload = self.frame()
            if got == kind and session == self.session:
                return payload


# 50 Hz, 1 mA, 200 us, active symmetric recharge, E1 against E2.
fractions = [-1000, 1000] + [0] * 15
area = struct.pack("<IIIIIHHHHHBB17hH", 50_000, 0, 0, 0, 0, 0, 0, 200, 0, 1, 1, 1, *fractions, 0)

if len(sys.argv) != 2:
    sys.exit("usage: session.py <serial port>")
device = Device(sys.argv[1])
device.ask(SET_AREA, bytes(4) + area)
device.ask(SET_AMPLITUDE, bytes(4) + struct.pack("<I", 1000))
device.ask(START, bytes([0, 0]))
while device.event(STATE)[0] != STIMULATING:
    pass
pulses = 0
while pulses < 25:
    pulses += struct.unpack_from("<I", device.event(DELIVERED), 4)[0]
device.ask(STOP)
while (state := device.event(STATE))[0] != IDLE:
    pass
print(f"{pulses} pulses, ended with reason {state[1]}")
