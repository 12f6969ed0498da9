"""A printer on USB, spoken to without the system's printer driver, so that it can answer."""

import errno
import time
from typing import Any

import usb.core
import usb.util

from printer.conversation import StreamPrinter

PRINTER_CLASS, BIDIRECTIONAL = 7, 2  # USB Device Class Definition for Printing Devices 1.1, section 4.2
MAKERS_OWN_CLASS = 0xFF
MOST = 16384                         # bytes in one transfer: what the system's own driver gives


class UsbLine:
    """The two bulk endpoints of a printer, read from its descriptor, as a stream for a conversation.

    Raises OSError when the device is not there, may not be used (EACCES), is another program's (EBUSY), or when libusb, which
    pyusb needs, is missing (ENOPKG).
    """

    def __init__(self, vendor: int, product: int, serial: str):
        self.device = _find(vendor, product, serial)
        try:
            interface = _printer_interface(self.device)
            self.output, self.input = _endpoint(interface, usb.util.ENDPOINT_OUT), _endpoint(interface, usb.util.ENDPOINT_IN)
            _take_over(self.device, interface)
            self._forget_old_answers()
        except BaseException:
            self.close()
            raise

    def write(self, data: bytes, within: float) -> None:
        deadline = time.monotonic() + within
        while data:  # a transfer that runs out of time may have taken a part
            data = data[self.output.write(data[:MOST], _milliseconds(deadline)):]

    def read(self, within: float) -> bytes:
        deadline = time.monotonic() + within
        while True:
            try:
                found = bytes(self.input.read(self.input.wMaxPacketSize, _milliseconds(deadline)))
            except usb.core.USBTimeoutError:
                return b""
            if found or time.monotonic() >= deadline:
                return found
            time.sleep(0.01)  # some printers answer that they have nothing to say

    def close(self) -> None:
        usb.util.dispose_resources(self.device)

    def _forget_old_answers(self) -> None:
        while self.read(0):
            pass


def _milliseconds(deadline: float) -> int:
    """Until `deadline`, and never 0, which means for ever."""
    return max(1, round((deadline - time.monotonic()) * 1000))


def _find(vendor: int, product: int, serial: str) -> usb.core.Device:
    try:
        for device in usb.core.find(find_all=True, idVendor=vendor, idProduct=product):
            if not serial or usb.util.get_string(device, device.iSerialNumber) == serial:
                return device
    except usb.core.NoBackendError:
        raise OSError(errno.ENOPKG, "libusb is not installed") from None
    except ValueError:  # of pyusb: the device lets nobody read its texts
        raise OSError(errno.EACCES, "the serial number cannot be read") from None
    raise OSError(errno.ENODEV, "no such USB device")


def _printer_interface(device: usb.core.Device) -> usb.core.Interface:
    """Among those with a way in and a way out the one of the printers' class, or else of its maker's own, which is like it."""
    try:
        configuration = device.get_active_configuration()
    except usb.core.USBError as problem:
        if problem.errno == errno.EACCES:
            raise
        device.set_configuration()
        configuration = device.get_active_configuration()
    fitting = [found for found in configuration if found.bInterfaceClass in (PRINTER_CLASS, MAKERS_OWN_CLASS)
               and _endpoint(found, usb.util.ENDPOINT_OUT) and _endpoint(found, usb.util.ENDPOINT_IN)]
    if not fitting:
        raise OSError(errno.ENODEV, "this USB device is no printer that answers")
    return min(fitting, key=lambda found: (found.bInterfaceClass != PRINTER_CLASS, found.bInterfaceProtocol != BIDIRECTIONAL))


def _endpoint(interface: usb.core.Interface, way: int) -> usb.core.Endpoint | None:
    return usb.util.find_descriptor(interface, custom_match=lambda endpoint: (
        usb.util.endpoint_direction(endpoint.bEndpointAddress) == way
        and usb.util.endpoint_type(endpoint.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK))


def _take_over(device: usb.core.Device, interface: usb.core.Interface) -> None:
    """From the system's driver, which would hold the interface (usblp); it comes back when the plug is pulled and put in."""
    number = interface.bInterfaceNumber
    try:
        if device.is_kernel_driver_active(number):
            device.detach_kernel_driver(number)
    except NotImplementedError:
        pass  # not Linux: there is no such driver in the way
    usb.util.claim_interface(device, number)
    if interface.bAlternateSetting:
        device.set_interface_altsetting(interface)


def usb_printer(vendor: int, product: int, serial: str = "", **options: Any) -> StreamPrinter:
    """The first USB device `vendor`:`product`, with that `serial` number if one is given.

    `options` as StreamPrinter takes them.
    """
    return StreamPrinter(lambda: UsbLine(vendor, product, serial), **options)
