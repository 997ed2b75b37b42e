package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	tproof "github.com/transparency-dev/formats/proof"
)

const vectors = "../../vectors/evidence"

// unread breaks a rule about something that this program does not read; it accepts these, with so many witnesses.
var unread = map[string]int{
	"policy-with-comment_fail":      0, // the trust list is the policy
	"report-says-more_fail":         0, // for people
	"level-borrowed-in-report_fail": 0,
	"payload-not-canonical_fail":    0, // not a question of signature or place
	"payload-duplicate-member_fail": 0,
	"duplicate-witness_fail":        1, // golang.org/x/mod counts a witness once
	"own-witness_fail":              1, // and leaves out who is not asked for
}

func trusted(t *testing.T) *trustList {
	t.Helper()
	list, err := readTrust(filepath.Join(vectors, "trust.json"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func vector(t *testing.T, name string) []byte {
	t.Helper()
	archive, err := os.ReadFile(filepath.Join(vectors, name+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

func TestEveryBundleOfTheVectors(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(vectors, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name  string
		Code  *string
		Level string
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	list := trusted(t)
	accepted := 0
	for _, one := range cases {
		archive := vector(t, one.Name)
		wanted := map[string]int{"": 0, "LOCAL": 0, "WITNESSED": 2, "SEALED": 3}[one.Level]
		found, err := list.verifyBundle(archive, wanted)
		count, isUnread := unread[one.Name]
		switch files, _ := unpack(archive); {
		case len(files) > len(bundleFiles)+1:
			if !errors.Is(err, errKeyEvents) && one.Code == nil {
				t.Errorf("%s: key events were passed over: %v", one.Name, err)
			}
			if err == nil {
				t.Errorf("%s: accepted", one.Name)
			}
		case one.Code == nil || isUnread:
			accepted++
			if err != nil {
				t.Errorf("%s: refused: %v", one.Name, err)
			} else if isUnread && found.Witnesses != count {
				t.Errorf("%s: %d witnesses", one.Name, found.Witnesses)
			}
		case err == nil:
			t.Errorf("%s: accepted, where the hub says %s", one.Name, *one.Code)
		}
	}
	if accepted < 7+len(unread) {
		t.Errorf("only %d bundles were accepted", accepted)
	}
}

func TestSealedBundle(t *testing.T) {
	found, err := trusted(t).verifyBundle(vector(t, "sealed"), 3)
	if err != nil {
		t.Fatal(err)
	}
	if want := (evidence{"delta-hub.cn/ledger/32", 4, 7, 11, 3}); *found != want {
		t.Errorf("got %+v, want %+v", *found, want)
	}
}

// A bundle whose manifest binds what was altered: only the signatures and proofs are left to see it.
func TestEveryAlteredByteOfTheEvent(t *testing.T) {
	list := trusted(t)
	files, err := unpack(vector(t, "sealed"))
	if err != nil {
		t.Fatal(err)
	}
	jws := files["event.jws"]
	for at := range jws {
		altered := bytes.Clone(jws)
		altered[at] ^= 1
		if _, err := list.verifyBundle(rebound(t, files, "event.jws", altered), 0); err == nil {
			t.Errorf("accepted an event with another byte %d", at)
		}
	}
}

func TestEveryAlteredHash(t *testing.T) {
	list := trusted(t)
	files, err := unpack(vector(t, "sealed"))
	if err != nil {
		t.Fatal(err)
	}
	var good tproof.TLogProof
	if err := good.Unmarshal(files["event.tlog-proof"]); err != nil {
		t.Fatal(err)
	}
	for at := range good.Hashes {
		altered := good
		altered.Hashes = slices.Clone(good.Hashes)
		altered.Hashes[at][0] ^= 1
		if _, err := list.verifyBundle(rebound(t, files, "event.tlog-proof", altered.Marshal()), 0); err == nil {
			t.Errorf("accepted another hash %d of the path", at)
		}
	}
	between := bytes.SplitAfter(files["consistency.txt"], []byte("\n"))
	for at := range between[:len(between)-1] {
		altered := slices.Clone(between)
		altered[at] = append([]byte{altered[at][0] ^ 1}, altered[at][1:]...)
		if _, err := list.verifyBundle(rebound(t, files, "consistency.txt", bytes.Join(altered, nil)), 0); err == nil {
			t.Errorf("accepted another hash %d of the consistency proof", at)
		}
	}
}

// rebound is an archive with one file changed and the manifest made for it.
func rebound(t *testing.T, files map[string][]byte, name string, content []byte) []byte {
	t.Helper()
	changed := maps.Clone(files)
	changed[name] = content
	digests := make(map[string]string)
	for name, content := range changed {
		if name != "manifest.json" {
			sum := sha256.Sum256(content)
			digests[name] = hex.EncodeToString(sum[:])
		}
	}
	manifest, err := json.Marshal(map[string]any{"files": digests, "format": "delta-hub.cn/evidence@v1"})
	if err != nil {
		t.Fatal(err)
	}
	changed["manifest.json"] = manifest
	var archive bytes.Buffer
	writer := zip.NewWriter(&archive)
	for name, content := range changed {
		file, err := writer.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

func TestReboundBundleIsStillGood(t *testing.T) {
	files, err := unpack(vector(t, "sealed"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trusted(t).verifyBundle(rebound(t, files, "report.txt", []byte("altered")), 3); err != nil {
		t.Error(err)
	}
}
