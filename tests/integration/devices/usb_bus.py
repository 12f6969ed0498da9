"""A USB bus with a simulated printer on it: a backend for pyusb that answers descriptors and carries bulk transfers."""

import array
import errno
import time
from types import SimpleNamespace

import usb.backend
import usb.core
import usb.util

from printer.simulated import SimulatedPrinter

OUT, IN, PACKET = 0x03, 0x84, 64  # endpoints as some clone has them, and not as most do
VENDOR, PRODUCT, SERIAL = 0x0416, 0x5011, "L0K3T"
TEXTS = [b"\x04\x03\x09\x04", bytes((2 + 2 * len(SERIAL), 3)) + SERIAL.encode("utf-16-le")]  # the languages, the serial number
MASS_STORAGE, PRINTER = 8, 7


def described(**fields: object) -> SimpleNamespace:
    return SimpleNamespace(bLength=0, bDescriptorType=0, extra_descriptors=[], **fields)


def trouble(number: int) -> usb.core.USBError:
    return usb.core.USBError(errno.errorcode[number], -1, number)


def interface(number: int, alternate: int, kind: int, protocol: int, *endpoints: int) -> SimpleNamespace:
    return described(bInterfaceNumber=number, bAlternateSetting=alternate, bNumEndpoints=len(endpoints), bInterfaceClass=kind,
                     bInterfaceSubClass=1, bInterfaceProtocol=protocol, iInterface=0, endpoints=endpoints)


class UsbBus(usb.backend.IBackend):
    """One device of two interfaces, the second of which is a printer; it goes wrong as its attributes say.

    `refuses`: an errno to opening it (EACCES) or to claiming it (EBUSY). `stalls`: the printer's way in is halted. `takes`: how
    many bytes it takes before it takes nothing more (as a printer with its cover open). `plugged`: whether it is there.
    `configuration`: 0 before anybody has used it.
    """

    def __init__(self, folder):
        self.folder = folder
        self.machine: SimulatedPrinter | None = None
        self.answers = b""  # what the printer has to say waits in it, also when nobody has opened it
        self.driver_active, self.claimed = True, False
        self.refuses, self.stalls, self.plugged = 0, False, True
        self.takes: int | None = None
        self.configuration = 1
        self.alternate = 0
        self.interfaces = [[interface(0, 0, MASS_STORAGE, 0x50, 0x01, 0x82)], [interface(1, 0, PRINTER, 2, OUT, IN)]]

    def enumerate_devices(self):
        return ["printer"] if self.plugged else []

    def get_device_descriptor(self, dev):
        return described(bcdUSB=0x200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0, bMaxPacketSize0=64, idVendor=VENDOR,
                         idProduct=PRODUCT, bcdDevice=0x100, iManufacturer=0, iProduct=0, iSerialNumber=1, bNumConfigurations=1,
                         address=5, bus=1, port_number=2, port_numbers=(2,), speed=2)

    def get_configuration_descriptor(self, dev, config):
        if config:
            raise IndexError
        return described(wTotalLength=0, bNumInterfaces=len(self.interfaces), bConfigurationValue=1, iConfiguration=0, bmAttributes=0xC0,
                         bMaxPower=1)

    def get_interface_descriptor(self, dev, intf, alt, config):
        return self.interfaces[intf][alt]

    def get_endpoint_descriptor(self, dev, ep, intf, alt, config):
        return described(bEndpointAddress=self.interfaces[intf][alt].endpoints[ep], bmAttributes=2, wMaxPacketSize=PACKET, bInterval=0,
                         bRefresh=0, bSynchAddress=0)

    def open_device(self, dev):
        if self.refuses == errno.EACCES:
            raise trouble(errno.EACCES)
        return self

    def close_device(self, dev_handle):
        if self.machine:
            self.machine.disconnect()
        self.machine, self.claimed = None, False

    def get_configuration(self, dev_handle):
        return self.configuration

    def set_configuration(self, dev_handle, config_value):
        self.configuration = config_value

    def set_interface_altsetting(self, dev_handle, intf, altsetting):
        assert self.claimed
        self.alternate = altsetting

    def is_kernel_driver_active(self, dev_handle, intf):
        return self.driver_active and intf == 1

    def detach_kernel_driver(self, dev_handle, intf):
        self.driver_active = False

    def claim_interface(self, dev_handle, intf):
        if self.driver_active or self.refuses == errno.EBUSY:
            raise trouble(errno.EBUSY)
        assert intf == 1
        self.claimed, self.machine = True, SimulatedPrinter(self.folder)

    def release_interface(self, dev_handle, intf):
        self.claimed = False

    def ctrl_transfer(self, dev_handle, bmRequestType, bRequest, wValue, wIndex, data, timeout):
        assert (bmRequestType, bRequest, wValue >> 8) == (0x80, 6, 3)  # only texts are asked for
        text = array.array("B", TEXTS[wValue & 0xFF])
        data[:len(text)] = text
        return len(text)

    def _receive(self, data: bytes) -> None:
        assert self.claimed
        if not self.plugged:
            raise trouble(errno.ENODEV)
        try:
            self.answers += self.machine.receive(data)
        except ConnectionResetError:
            raise trouble(errno.ENODEV) from None

    def bulk_write(self, dev_handle, ep, intf, data, timeout):
        assert (ep, timeout > 0, self.configuration) == (OUT, True, 1)
        assert OUT in self.interfaces[1][self.alternate].endpoints
        if self.stalls:
            raise trouble(errno.EPIPE)
        taken = bytes(data) if self.takes is None else bytes(data)[:self.takes]
        if self.takes is not None:
            self.takes -= len(taken)
        self._receive(taken)
        if not taken:
            time.sleep(timeout / 1000)
            raise usb.core.USBTimeoutError("timeout", -7, errno.ETIMEDOUT)
        return len(taken)

    def bulk_read(self, dev_handle, ep, intf, buff, timeout):
        assert (ep, timeout > 0, len(buff) % PACKET) == (IN, True, 0)
        deadline = time.monotonic() + timeout / 1000
        self._receive(b"")
        while not self.answers:
            if time.monotonic() > deadline:
                raise usb.core.USBTimeoutError("timeout", -7, errno.ETIMEDOUT)
            time.sleep(0.005)
            self._receive(b"")
        answer, self.answers = self.answers[:len(buff)], self.answers[len(buff):]
        buff[:len(answer)] = array.array("B", answer)
        return len(answer)
