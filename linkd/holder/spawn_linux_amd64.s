#include "textflag.h"

#define SYS_poll 7
#define SYS_clone 56
#define SYS_prctl 157
#define SYS_exit_group 231
#define SYS_close_range 436
#define CLONE_VM 0x100
#define PR_SET_NAME 15
#define EINTR 4

// func spawn(stack, pidfd uintptr) int
TEXT ·spawn(SB), NOSPLIT, $0-24
	MOVQ stack+0(FP), SI
	MOVQ pidfd+8(FP), R12
	MOVQ $CLONE_VM, DI
	XORQ DX, DX
	XORQ R10, R10
	XORQ R8, R8
	MOVQ $SYS_clone, AX
	SYSCALL
	TESTQ AX, AX
	JZ holder
	MOVQ AX, ret+16(FP)
	RET

holder:
	MOVQ $PR_SET_NAME, DI
	MOVQ SP, SI
	ADDQ $8, SI
	MOVQ $SYS_prctl, AX
	SYSCALL

	// Close what is below pidfd and what is above. If that can't be done, end:
	// the sockets must not stay open here.
	XORQ DI, DI
	LEAQ -1(R12), SI
	XORQ DX, DX
	MOVQ $SYS_close_range, AX
	SYSCALL
	TESTQ AX, AX
	JNZ done
	LEAQ 1(R12), DI
	MOVL $0xffffffff, SI
	XORQ DX, DX
	MOVQ $SYS_close_range, AX
	SYSCALL
	TESTQ AX, AX
	JNZ done

wait:
	MOVQ SP, DI
	MOVQ $1, SI
	MOVQ $-1, DX
	MOVQ $SYS_poll, AX
	SYSCALL
	CMPQ AX, $-EINTR
	JEQ wait

done:
	XORQ DI, DI
	MOVQ $SYS_exit_group, AX
	SYSCALL
	INT $3
