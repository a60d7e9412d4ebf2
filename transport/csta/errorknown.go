package csta

// Known reports whether edition 6 has the value in its category. Free text is
// always known.
func (e *ErrorCode) Known() bool {
	switch e.Category {
	case ErrorOperation:
		switch e.Value {
		case OpGeneric, OpAtLeastOneConditionalParameterNotProvided, OpFeatureAlreadySet, OpInvalidMsgID,
			OpInvalidParameterValue, OpInvalidAccountCode, OpInvalidAgentGroup, OpInvalidAgentIdentifier,
			OpInvalidAgentPassword, OpInvalidAgentState, OpInvalidAlertTime, OpInvalidAllocationState,
			OpInvalidAuthCode, OpInvalidAutoAnswer, OpInvalidBitRate, OpInvalidButtonIdentifier,
			OpInvalidCallType, OpInvalidConnectionRate, OpInvalidConsultPurpose, OpInvalidCorrelatorData,
			OpInvalidCrossRefID, OpInvalidDelayTolerance, OpInvalidDestination, OpInvalidDestinationDetect,
			OpInvalidDoNotDisturb, OpInvalidEscapeCrossRefID, OpInvalidFeature, OpInvalidFile,
			OpInvalidFlowDirection, OpInvalidForwardingDestination, OpInvalidForwardingFlag,
			OpInvalidForwardingType, OpInvalidHookswitchType, OpInvalidHookswitchComponent, OpInvalidLampMode,
			OpInvalidLampID, OpInvalidMessageWaitingSetting, OpInvalidMicrophoneGain, OpInvalidMicrophoneMute,
			OpInvalidMonitorCrossRefID, OpInvalidMonitorFilter, OpInvalidMonitorObject, OpInvalidMonitorType,
			OpInvalidNumberOFChannels, OpInvalidParticipationType, OpInvalidRemainRetry, OpInvalidRingCount,
			OpInvalidRingPattern, OpInvalidRingVolume, OpInvalidRouteingAlgorithm, OpInvalidRouteingCrossRefID,
			OpInvalidRouteRegistrationCrossRefID, OpInvalidSpeakerVolume, OpInvalidSpeakerMute,
			OpInvalidSwitchingSubdomainCharsType, OpInvalidObjectType, OpInvalidActiveCallObject,
			OpInvalidCalledDeviceObjectType, OpInvalidCallingDeviceObjectType,
			OpInvalidCallToBePickedUpObjectType, OpInvalidCallToDivertObjectType, OpInvalidCallToParkObjectType,
			OpInvalidDestinationDeviceObject, OpInvalidHeldCallObject, OpInvalidMonitorObjectType,
			OpInvalidParkToObjectType, OpMessageIDRequired, OpNotDifferentDevices, OpNotSameDevice,
			OpObjectNotKnown, OpInvalidCallID, OpInvalidActiveCallID, OpInvalidHeldCallID,
			OpInvalidConnectionID, OpInvalidActiveConnectionID, OpInvalidHeldConnectionID, OpInvalidDeviceID,
			OpInvalidActiveDeviceID, OpInvalidCalledDeviceID, OpInvalidCallingDeviceID,
			OpInvalidCallToParkDeviceID, OpInvalidDestinationDeviceID, OpInvalidDivertingDeviceID,
			OpInvalidHeldDeviceID, OpInvalidParkToDeviceID, OpInvalidPickUpDeviceID, OpParameterNotSupported,
			OpAccountCodeNotSupported, OpAgentGroupNotSupported, OpAgentPasswordNotSupported,
			OpAgentStateNotSupported, OpAlertTimeNotSupported, OpAllocationNotSupported,
			OpAuthorisationCodeNotSupported, OpAutoAnswerNotSupported, OpBitRateNotSupported,
			OpButtonNotSupported, OpCallTypeNotSupported, OpCharactersToSendNotSupported,
			OpConnectionRateNotSupported, OpConnectionReservationNotSupported, OpConsultPurposeNotSupported,
			OpCorrelatorDataNotSupported, OpDelayToleranceNotSupported, OpDestinationDetectNotSupported,
			OpDigitModeNotSupported, OpErrorValueNotSupported, OpFlowDirectionNotSupported,
			OpForwardingDestinationNotSupported, OpLampNotSupported, OpMonitorTypeNotSupported,
			OpNumberOfChannelsNotSupported, OpParameterTypeNotSupported, OpPriorityNotSupported,
			OpPrivateDataNotSupported, OpPulseDurationNotSupported, OpPulseRateNotSupported,
			OpRemainRetryNotSupported, OpRingCountNotSupported, OpRouteUsedNotSupported, OpSecurityNotSupported,
			OpSwSubdomainCCIETypeNotSupported, OpToneDurationNotSupported, OpSysStatRegIDNotSupported,
			OpUserDataNotSupported, OpPrivilegeViolationSpecifiedDevice, OpPrivilegeViolationActiveDevice,
			OpPrivilegeViolationCalledDevice, OpPrivilegeViolationCallingDevice,
			OpPrivilegeViolationCallToParkDevice, OpPrivilegeViolationDestinationDevice,
			OpPrivilegeViolationOnDivertingDevice, OpPrivilegeViolationHeldDevice,
			OpPrivilegeViolationOnParkToDevice, OpPrivilegeViolationPickUpDevice, OpRouteingTimerExpired,
			OpRequestIncompatibleWithObject, OpRequestIncompatibleWithConnection,
			OpRequestIncompatibleWithActiveConnection, OpRequestIncompatibleWithHeldConnection,
			OpRequestIncompatibleWithDevice, OpRequestIncompatibleWithCalledDevice,
			OpRequestIncompatibleWithCallingDevice, OpRequestIncompatibleWithSubjectDevice,
			OpRequestIncompatibleWithActiveDevice, OpRequestIncompatibleWithCallToParkDevice,
			OpRequestIncompatibleWithDestinationDevice, OpRequestIncompatibleWithDivertingDevice,
			OpRequestIncompatibleWithHeldDevice, OpRequestIncompatibleWithMedia,
			OpRequestIncompatibleWithParkToDevice, OpRequestIncompatibleWithPickupDevice, OpServiceNotSupported,
			OpSecurityViolation, OpValueOutOfRange, OpAgentStateOutOfRange, OpAlertTimeOutOfRange,
			OpAllocationOutOfRange, OpAutoAnswerOutOfRange, OpBitRateOutOfRange, OpCallTypeOutOfRange,
			OpConnectionRateOutOfRange, OpConnectionReservoationOutOfRange, OpConsultPurposeOutOfRange,
			OpCorrelatorDataOutOfRange, OpDelayToleranceOutOfRange, OpDestinationDetectOutOfRange,
			OpDigitModeOutOfRange, OpDoNotDisturbOutOfRange, OpFlowDirectionOutOfRange,
			OpForwardingFlagOutOfRange, OpForwardingTypeOutOfRange, OpHookswitchComponentOutOfRange,
			OpHookswitchTypeOutOfRange, OpLampModeOutOfRange, OpMessageWaitingSettingOutOfRange,
			OpMicGainOutOfRange, OpMicMuteOutOfRange, OpMonitorTypeOutOfRange, OpNumberOfChannelsOutOfRange,
			OpParticipationTypeOutOfRange, OpPulseDurationOutOfRange, OpPulseRateOutOfRange,
			OpRingCountOutOfRange, OpRingPatternOutOfRange, OpRingVolumnOutOfRange,
			OpRouteingAlgorithmOutOfRange, OpSpeakerMuteOutOfRange, OpSpeakerVolumeOutOfRange,
			OpSwitchingCcittTypeOutOfRange, OpSystemStatusOutOfRange, OpToneCharacterOutOfRange,
			OpToneDurationOutOfRange:
			return true
		}
	case ErrorSecurity:
		switch e.Value {
		case SecurityGeneric, SecuritySequenceNumberViolated, SecurityTimeStampViolated,
			SecuritySecurityInfoViolated:
			return true
		}
	case ErrorStateIncompatibility:
		switch e.Value {
		case StateGeneric, StateInvalidObjectState, StateInvalidDeviceState, StateConnectedCallExists,
			StateInvalidActiveDeviceState, StateInvalidCalledDeviceState, StateInvalidCallingDeviceState,
			StateInvalidCallToParkDeviceState, StateInvalidDestinationDeviceState,
			StateInvalidDivertingDeviceState, StateInvalidHeldDeviceState, StateInvalidParkToDeviceState,
			StateInvalidConnectionState, StateInvalidActiveConnectionState,
			StateInvalidConnectionIDForActiveCall, StateInvalidHeldConnectionState, StateNoActiveCall,
			StateNoCallToAnswer, StateNoCallToClear, StateNoCallToComplete, StateNoConnectionToClear,
			StateNoHeldCall, StateIncorrectMsgState, StateBeginningOfMsg, StateEndOfMsg, StateMsgSuspended,
			StateNotAbleToPlay, StateNotAbleToResume:
			return true
		}
	case ErrorSystemResource:
		switch e.Value {
		case ResourceGeneric, ResourceResourceBusy, ResourceInternalResourceBusy, ResourceClassifierBusy,
			ResourceNoMediaChannelsAvailable, ResourceChannelsInUseForBridgedDevices,
			ResourceChannelsInUseForData, ResourceToneDetectorBusy, ResourceToneGeneratorBusy,
			ResourceNetworkBusy, ResourceResourceOutOfService, ResourceDeviceOutOfService,
			ResourceActiveDeviceOutOfService, ResourceCalledDeviceOutOfService,
			ResourceCallingDeviceOutOfService, ResourceCallToParkDeviceOutOfService,
			ResourceDestinationDeviceOutOfService, ResourceDivertingDeviceOutOfService,
			ResourceHeldDeviceOutOfService, ResourceParkToDeviceOutOfService, ResourcePickupDeviceOutOfService,
			ResourceNetworkOutOfService, ResourceOtherResourceOutOfService, ResourceResourceLimitExceeded,
			ResourceOverallMonitorLimitExceeded, ResourceConferenceMemberLimitExceeded,
			ResourceRegistrationLimitExceeded, ResourceConferenceResourceCannotBeSatisfied,
			ResourceMaxDevicesExceeded, ResourceStartTimeOutOfRange, ResourceDurationExceeded:
			return true
		}
	case ErrorSubscribedResource:
		switch e.Value {
		case SubscribedGeneric, SubscribedObjectMonitorLimitExceeded, SubscribedTrunkLimitExceeded,
			SubscribedOutstandingReqLimitExceeded, SubscribedObjectRegistrationLimitExceeded:
			return true
		}
	case ErrorPerformance:
		switch e.Value {
		case PerformanceGeneric, PerformancePerformanceLimitExceeded:
			return true
		}
	case ErrorPrivateData:
		switch e.Value {
		case PrivateDataCSTAPrivateDataInfoError:
			return true
		}
	case ErrorUnspecified, ErrorPrivateCode:
		return true
	}
	return false
}
