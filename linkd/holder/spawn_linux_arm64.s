#include "textflag.h"

#define SYS_ppoll 73
#define SYS_exit_group 94
#define SYS_prctl 167
#define SYS_clone 220
#define SYS_close_range 436
#define CLONE_VM 0x100
#define PR_SET_NAME 15
#define EINTR 4

// func spawn(stack, pidfd uintptr) int
TEXT ·spawn(SB), NOSPLIT, $0-24
	MOVD stack+0(FP), R1
	MOVD pidfd+8(FP), R19
	MOVD $CLONE_VM, R0
	MOVD ZR, R2
	MOVD ZR, R3
	MOVD ZR, R4
	MOVD $SYS_clone, R8
	SVC
	CBZ R0, holder
	MOVD R0, ret+16(FP)
	RET

holder:
	MOVD $PR_SET_NAME, R0
	MOVD RSP, R1
	ADD $8, R1
	MOVD $SYS_prctl, R8
	SVC

	// Close what is below pidfd and what is above. If that can't be done, end:
	// the sockets must not stay open here.
	MOVD ZR, R0
	SUB $1, R19, R1
	MOVD ZR, R2
	MOVD $SYS_close_range, R8
	SVC
	CBNZ R0, done
	ADD $1, R19, R0
	MOVW $0xffffffff, R1
	MOVD ZR, R2
	MOVD $SYS_close_range, R8
	SVC
	CBNZ R0, done

wait:
	MOVD RSP, R0
	MOVD $1, R1
	MOVD ZR, R2
	MOVD ZR, R3
	MOVD ZR, R4
	MOVD $SYS_ppoll, R8
	SVC
	CMN $EINTR, R0
	BEQ wait

done:
	MOVD ZR, R0
	MOVD $SYS_exit_group, R8
	SVC
	BRK
