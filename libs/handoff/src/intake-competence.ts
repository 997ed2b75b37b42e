import type { Competence } from './act.js';

/** 接收登记 is the county agency's own act (社区矫正法 22). */
export const intakeCompetence: Competence = { signedBy: 'officer', delegable: false, article: '法22' };
