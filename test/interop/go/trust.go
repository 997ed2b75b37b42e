package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	cosig "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

// trustList is what the relying party believes without asking a node: keys as C2SP vkeys and JWKs.
type trustList struct {
	Nodes []struct {
		Node      string `json:"node"`
		EventKeys []struct {
			Kid       string `json:"kid"`
			PublicJwk struct {
				Crv string `json:"crv"`
				X   string `json:"x"`
			} `json:"publicJwk"`
			ValidFrom string `json:"validFrom"`
		} `json:"eventKeys"`
		LedgerKeys  []namedKey `json:"ledgerKeys"`
		WitnessKeys []namedKey `json:"witnessKeys"`
	} `json:"nodes"`
}

type namedKey struct {
	Name string `json:"name"`
	Vkey string `json:"vkey"`
}

func readTrust(file string) (*trustList, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list trustList
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &list, nil
}

// logOf is the ledger of a node by its first key.
func (t *trustList) logOf(node string) (*log, error) {
	for _, entry := range t.Nodes {
		if entry.Node == node && len(entry.LedgerKeys) > 0 {
			return newLog(entry.LedgerKeys[0].Name, entry.LedgerKeys[0].Vkey)
		}
	}
	return nil, fmt.Errorf("no ledger key of node %s", node)
}

// witnessesOf verifies cosignatures of the node's peers; a node does not vouch for its own log.
func (t *trustList) witnessesOf(node string) ([]note.Verifier, error) {
	var verifiers []note.Verifier
	for _, entry := range t.Nodes {
		if entry.Node == node {
			continue
		}
		for _, key := range entry.WitnessKeys {
			verifier, err := cosig.NewVerifierForCosignatureV1(key.Vkey)
			if err != nil {
				return nil, err
			}
			verifiers = append(verifiers, verifier)
		}
	}
	return verifiers, nil
}

// eventKey is a node's key for events: who it belongs to, and since when (RFC 3339, UTC, milliseconds).
type eventKey struct {
	kid, node, x, validFrom string
	public                  ed25519.PublicKey
}

func (t *trustList) eventKey(kid string) (*eventKey, error) {
	for _, entry := range t.Nodes {
		for _, key := range entry.EventKeys {
			if key.Kid != kid {
				continue
			}
			public, err := base64.RawURLEncoding.Strict().DecodeString(key.PublicJwk.X)
			if err != nil || key.PublicJwk.Crv != "Ed25519" || len(public) != ed25519.PublicKeySize {
				return nil, errors.New("not an Ed25519 key: " + kid)
			}
			return &eventKey{kid, entry.Node, key.PublicJwk.X, key.ValidFrom, public}, nil
		}
	}
	return nil, errors.New("no such event key: " + kid)
}
