// Second stage of the boot, the first 256 bytes of flash: the boot ROM copies it to RAM, checks its CRC (which the build puts
// into the last word) and runs it. It sets the flash interface to plain serial reads (command 03h, 24 address bits), which
// every flash chip knows, and starts the image through its vector table. Registers: RP2040 datasheet 4.10.13.
    .syntax unified
    .cpu cortex-m0plus
    .thumb
    .section .boot2, "ax"
    .global boot2
boot2:
    ldr r0, =0x18000000         // SSI
    movs r1, #0
    str r1, [r0, #0x08]         // SSIENR: off while it is set up
    movs r1, #4
    str r1, [r0, #0x14]         // BAUDR: clk_sys / 4, 31.25 MHz
    ldr r1, =0x001f0300         // CTRLR0: 32 data bits, EEPROM read, one lane
    str r1, [r0, #0x00]
    movs r1, #0
    str r1, [r0, #0x04]         // CTRLR1: one data frame a read
    ldr r1, =0x03000218         // SPI_CTRLR0: command 03h, 8 command bits, 24 address bits, one lane
    ldr r2, =0x180000f4
    str r1, [r2]
    movs r1, #1
    str r1, [r0, #0x10]         // SER: the flash is slave 0
    str r1, [r0, #0x08]         // SSIENR: on
    ldr r0, =0x10000100         // the image's vectors
    ldr r1, =0xe000ed08         // VTOR
    str r0, [r1]
    ldmia r0, {r0, r1}
    msr msp, r0
    bx r1
    .ltorg
