/// Ends the connection at shutdown.
extension ServerConnection {
  /// Stops accepting calls and lets open ones end (RFC 9113 section 6.8): sends a GOAWAY that refuses no stream and,
  /// after the peer acknowledges a PING, one that names the last accepted stream.
  ///
  /// The peer is waited for only as long as it makes progress, see ``PeerPatience``: otherwise one that reads nothing, sends
  /// half a request or does not acknowledge the PING would delay the shutdown by all of its drain timeout.
  func drain() {
    eventLoop.assertOnLoop()
    guard !isDraining, transport.isOpen else { return }
    isDraining = true
    session.submitShutdownNotice()
    session.onPingAcknowledged = { [self] in
      session.onPingAcknowledged = nil
      session.submitGoAway()
      transport.setNeedsFlush()
    }
    session.ping()
    transport.flush()
    scheduleCheck(PeerPatience(limit: server.configuration.stalledPeerTimeout))
  }

  private func scheduleCheck(_ patience: PeerPatience) {
    guard transport.isOpen else { return }
    drainTimer = eventLoop.schedule(in: patience.interval) { [self] in
      var patience = patience
      let waitsForPeer = openCalls.allSatisfy(\.waitsForPeer)
      guard patience.isOver(waitsForPeer: waitsForPeer, transferredBytes: transport.transferredBytes) else {
        return scheduleCheck(patience)
      }
      cutOff()
    }
  }

  private func cutOff() {
    if !isIdle {
      server.logger.notice(
        "calls were ended at shutdown: their client neither reads nor sends",
        metadata: ["pid": "\(peer.processID)", "uid": "\(peer.userID)", "calls": "\(openCalls.count)"]
      )
    }
    session.submitGoAway()
    transport.flush()
    transport.close(nil)
  }
}

extension ServerCall {
  /// Whether only the peer can move this call on: by sending the rest of its request, or by reading its response.
  fileprivate var waitsForPeer: Bool {
    if status != nil || !hasHeaders { return true }
    if takesSingleRequest, !isRequestEnded { return true }
    return gate?.hasWaitingWriters == true || requests?.hasWaitingReader == true
  }
}
