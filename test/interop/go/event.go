package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
)

// mostBytes is the largest leaf of a log (C2SP tlog-tiles).
const mostBytes = 65_535

// openEvent verifies a compact JWS (RFC 7515) with the key that the trust list has under the kid of its header.
// It does not ask whether the payload is canonical JSON: the signature and the leaf are over the bytes as they are.
func (t *trustList) openEvent(jws []byte) (*eventKey, error) {
	parts := bytes.Split(jws, []byte("."))
	if len(jws) > mostBytes || len(parts) != 3 {
		return nil, errors.New("the event is not a compact JWS of at most 65535 bytes")
	}
	var decoded [3][]byte
	for i, part := range parts {
		text, err := base64.RawURLEncoding.Strict().DecodeString(string(part))
		// Go's decoder skips line breaks: only the one encoding of the bytes will do.
		if err != nil || base64.RawURLEncoding.EncodeToString(text) != string(part) {
			return nil, errors.New("the event is not in base64url")
		}
		decoded[i] = text
	}
	var header struct{ Alg, Kid, Typ string }
	if err := strictJSON(decoded[0], &header); err != nil {
		return nil, err
	}
	if header.Alg != "EdDSA" || header.Typ != "hub-event+jws" {
		return nil, errors.New("the event has another kind of signature")
	}
	key, err := t.eventKey(header.Kid)
	if err != nil {
		return nil, err
	}
	signed := jws[:len(parts[0])+1+len(parts[1])]
	if !ed25519.Verify(key.public, signed, decoded[2]) {
		return nil, errors.New("the signature of the event does not verify")
	}
	var event struct{ Source, Time string }
	if err := json.Unmarshal(decoded[1], &event); err != nil {
		return nil, err
	}
	if event.Source != "urn:delta-hub:node:"+key.node || event.Time < key.validFrom {
		return nil, errors.New("the key is not one for this event")
	}
	return key, nil
}

// strictJSON refuses members that the value has no field for, and anything after it.
func strictJSON(text []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil {
		return err
	}
	if decoder.InputOffset() != int64(len(bytes.TrimRight(text, "\n"))) {
		return errors.New("more than one value")
	}
	return nil
}
